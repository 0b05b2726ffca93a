"""What the measurements of figures are made of: years of deals, and the pages that add them up."""
