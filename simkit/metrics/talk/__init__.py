"""What was said: whether the agent said what it should, and whether anything supports it."""
