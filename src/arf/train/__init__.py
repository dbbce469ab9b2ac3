"""From a source's outputs to a student's adapter."""
