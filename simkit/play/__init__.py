"""Playing: the async floor. It writes events and knows nothing of those who read them."""
