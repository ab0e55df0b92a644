"""Speed and memory of credkit beside the reference implementation and the limits of the machine: ``python -m benchmarks``.

Nothing is imported here: a measured process loads only what it measures.
"""
