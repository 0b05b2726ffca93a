"""Notifications: what happened that concerns a person, in an inbox and by mail."""
