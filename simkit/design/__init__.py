"""New scenarios and domains: scaffolded, drafted from what exists, spread over dimensions, perturbed."""
