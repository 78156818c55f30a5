"""The form of calls and their results."""
