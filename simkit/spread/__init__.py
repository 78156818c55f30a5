"""One run on many processes and machines: who plays where. The log that comes of it is the same."""
