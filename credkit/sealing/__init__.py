"""Sealing: commitments to what is kept out of a file, their openings, and the places that would leak it."""
