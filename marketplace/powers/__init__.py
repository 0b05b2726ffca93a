"""Written powers: whoever may sign for a unit hands one signature over to a colleague who otherwise may not."""
