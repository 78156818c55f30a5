"""Cases of a drafted domain: found by trying its tools, each with a reference path that reaches the goal."""
