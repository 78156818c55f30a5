"""How benchmarks score their own sessions, reproduced from the log."""
