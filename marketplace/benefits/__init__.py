"""What units gain by using their own results: declared with a reckoning and its proof, verified by an official, counted as B1."""
