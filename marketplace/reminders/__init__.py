"""Reminders: an official tells whoever owes the next step, and nobody tells him twice in a row."""
