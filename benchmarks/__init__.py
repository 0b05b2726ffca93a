"""Measurements of the index and the application. Each module says how it is run and what it prints."""
