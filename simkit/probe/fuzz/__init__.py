"""Sessions that nobody thought of, until something breaks; and then the smallest that still breaks it."""
