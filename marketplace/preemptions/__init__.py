"""The right of those who made a service result to buy it first, on equal terms (民法典 art. 847)."""
