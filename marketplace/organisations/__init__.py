"""Organisations, who belongs to them, and the parties that listings, interests and deals name."""
