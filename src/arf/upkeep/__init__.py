"""Upkeep of the taxonomy: examples held against detectors, and people's notes that lack a code."""
