"""How far a matrix can be trusted: estimates from few data, intervals, order, change over turns."""
