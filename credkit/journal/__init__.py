"""The authorship journal: what was made, tried and thrown away, recorded at the time."""
