"""The checks, one topic a file; ``verifier.MANIFEST_CHECKS`` puts them in the order of the specification."""
