"""One node of a LangGraph agent, run again on the inputs that it had in recorded sessions."""
