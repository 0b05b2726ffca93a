"""A library: full-text index, matching and highlighting for Chinese and English. Knows nothing of the marketplace."""
