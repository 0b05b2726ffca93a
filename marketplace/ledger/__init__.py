"""The double-entry ledger: what was agreed, owed, received and paid out, in integer fen. Rows are only ever added."""
