"""tau2-bench's tasks and environments, from the package that the user installed: `simkit run tau2:retail`."""
