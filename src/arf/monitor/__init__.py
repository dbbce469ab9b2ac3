"""New outputs held against the last audit: which errors have become more or less frequent."""
