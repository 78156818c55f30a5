"""The simulated user as a measured instrument: what it said and did that the person it plays would not."""
