"""Ideas the whole house shares, in the standard library only: nothing here knows of a database, a request or a feature."""
