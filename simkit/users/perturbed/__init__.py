"""How users say it, changed on purpose: what they mean, and the values in it, stay as they are."""
