"""Many scenarios from one file: dimensions with values, and which of their combinations are made."""
