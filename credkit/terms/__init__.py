"""Terms: who made a picture and what may be done with it, from everything a file says."""
