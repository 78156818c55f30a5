"""What tau2-bench writes: tasks, simulations, and what it recorded of their evaluation."""
