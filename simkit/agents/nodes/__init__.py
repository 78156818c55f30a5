"""One node of a LangGraph graph, run without the rest."""
