"""What happened: events, logs, and the store that keeps them."""
