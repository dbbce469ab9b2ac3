"""Outputs before people: what they are shown, how they answer, and how it becomes labels."""
