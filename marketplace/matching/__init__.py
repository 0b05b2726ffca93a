"""Matches between results and needs, the reasons for them, and interests: how one side tells the other."""
