"""Lifting: what generation tools left in a file, as values that can be signed."""
