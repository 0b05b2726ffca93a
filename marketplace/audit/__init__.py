"""The audit log: an append-only chain of what was done by whom; holds ids, never personal text."""
