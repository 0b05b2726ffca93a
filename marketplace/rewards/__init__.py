"""The worker's share: which rule gives it, how it is reckoned, who gets how much, and whether it was paid."""
