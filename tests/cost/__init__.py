"""What hostile files cost: a catalogue of the worst file for each parser and each limit, and the command that measures it.

``hostile`` says what an entry is, ``containers``, ``sounds``, ``documents``, ``models``, ``stores``, ``texts`` and ``lists`` hold the
entries, ``measuring`` runs one in a process of its own, ``__main__`` prints the table: ``python -m tests.cost``.
"""
