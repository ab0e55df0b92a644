"""The account of every byte of a file: what vouches for it, or that nothing does.

A byte is *hashed* (a hash that was found right covers it, and a signature that hash), *signed* (it is part of a signature or of what one
was made over), *structural* (no other value is taken in its place, or another value would be told) or *unbound*. Whatever is not shown
to be one of the first three is unbound, so that a new kind of box, header or framing is told before anybody thought of it.

``vouching`` decides which manifests a signature stands for, ``boxes`` and ``signature`` walk the store, ``account`` brings it into
the file, ``runs`` lays one layer of bytes over another.
Nothing here changes a verdict, and nothing is hashed here.
"""

from __future__ import annotations

from credkit.verify.coverage.account import Account, account
from credkit.verify.coverage.vouching import vouched

__all__ = ["Account", "account", "vouched"]
