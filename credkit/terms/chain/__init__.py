"""The licence chain: everything that went into a file, and every licence that reaches it.

``walking`` goes from manifest to manifest and fills ``drafts``; ``kinds`` tells models, data sets and works apart; ``sources`` is the
result as data, ``findings`` what follows from it, ``words`` the same for people. Which licence a text names, and what it allows, is left to
``credkit.terms.licences``.
"""
