"""Agreements under which the protected parts of a result open to an interested party, and the record of who opened what."""
