"""What it was worth: every metric is a function `Episode -> Score` that needs nothing but the log."""
