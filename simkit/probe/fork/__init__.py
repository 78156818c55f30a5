"""A session taken up again at one of its events: as it was, or with one thing changed, many times over."""
