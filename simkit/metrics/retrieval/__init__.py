"""Retrieval: what the agent found in the domain's knowledge, apart from what it then said."""
