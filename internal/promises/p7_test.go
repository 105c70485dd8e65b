package promises

var p7 = promise{"P7", "", nil}
