"""Bases (阵地): studios, alliances, centres and teams where people innovate."""
