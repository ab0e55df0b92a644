"""The C2PA statement: manifest stores, claims, assertions, references."""
