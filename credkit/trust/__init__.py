"""Whether a key may speak, and for whom: algorithms, certificates, their profile, and the way to an anchor of the user's choice."""
