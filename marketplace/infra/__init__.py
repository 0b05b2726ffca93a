"""What the house stands on: database, outbox, files, mail, spreadsheets. Knows nothing of Flask."""
