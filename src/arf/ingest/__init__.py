"""From raw files to records."""
