"""An agent with faults of a known kind at known events: the evaluators must find each, and nothing else."""
