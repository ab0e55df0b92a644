"""The adversarial corpus: files made to fool, crash or stall a verifier, each with everything that a verdict has to say about it."""
