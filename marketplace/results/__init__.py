"""Innovation results (创新成果): what working people publish."""
