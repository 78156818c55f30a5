"""The words of a drafted domain: domain.yaml, policy.md, README.md."""
