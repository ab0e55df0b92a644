"""Hooks into other programs: each is one module that is imported by name and loads its program itself."""
