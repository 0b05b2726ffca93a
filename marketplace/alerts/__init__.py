"""Standing alerts: who is told of a match or of a find of a saved search, how often, once, and how to hear no more of it."""
