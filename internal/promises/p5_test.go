package promises

var p5 = promise{"P5", "", nil}
