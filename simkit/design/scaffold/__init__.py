"""New files to begin with: a domain, a persona, a scenario. They pass `simkit check` at once and teach by comments."""
