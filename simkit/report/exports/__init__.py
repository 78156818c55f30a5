"""A run's sessions for other programs: tables, training examples for chat models, traces. One file a format."""
