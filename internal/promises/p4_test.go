package promises

var p4 = promise{"P4", "", nil}
