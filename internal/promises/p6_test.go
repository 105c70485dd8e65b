package promises

var p6 = promise{"P6", "", nil}
