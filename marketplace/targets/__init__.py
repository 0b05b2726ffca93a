"""Targets of a year for the city and its counties, what has been reached of them, and what may still come."""
