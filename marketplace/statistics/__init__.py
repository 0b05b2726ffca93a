"""Figures an official can defend: rungs of the amount ladder, cut by county, industry and month, down to their rows."""
