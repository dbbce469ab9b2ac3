"""The comparison, put before people."""
