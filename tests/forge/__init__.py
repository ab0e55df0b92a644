"""Makers of test material: everything that the tests need is built by name, nothing is collected by hand."""
