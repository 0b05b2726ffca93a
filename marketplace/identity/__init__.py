"""Who a person is, and by what authority he signs for an organisation: each recorded with who found it and when."""
