"""Playing again to learn more: a session forked at one of its events, a node of an agent alone, inputs made smaller."""
