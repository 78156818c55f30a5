"""Which way it went: state views, state graphs, transition matrices, absorbing chains, transition failures."""
