package promises

var p8 = promise{"P8", "", nil}
