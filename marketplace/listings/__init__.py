"""What results and needs share: the listing itself, its attachments, revisions, claims, imports and catalogue."""
