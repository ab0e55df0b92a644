"""Acceptance: may a file be used here? A policy's rules against a report."""
