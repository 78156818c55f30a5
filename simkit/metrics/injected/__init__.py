"""Faults that a test put into sessions: which of them were found, and how the agent took those of its tools."""
