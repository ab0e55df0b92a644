"""Everything that reads bytes of strangers is given bytes that nobody meant: signed files changed with care, and parsers fed at random."""
