"""People: how they sign in, prove a contact, consent to the privacy text, and what office they hold."""
