"""What shows by reading alone: words that are always said, twins, and what no scenario uses."""
