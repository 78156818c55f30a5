"""Who plays the user: by script, by agenda, by a language model, or as recorded."""
