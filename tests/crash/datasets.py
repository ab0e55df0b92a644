"""The program that is killed while it signs a data set anew: ``python datasets.py FOLDER``, with ``CREDKIT_KILL`` as in ``writing``.

``CREDKIT_FULL`` in its place makes every call that writes fail as on a full disk, once the files of the data set were read.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import NoReturn


def main() -> int:
    folder = Path(sys.argv[1])
    from credkit import Signer, Statements, sign_dataset
    from credkit.errors import OutputError
    from tests.crash.writing import watch

    signer = Signer.from_pem(folder / "chain.pem", folder / "key.pem")
    pictures = folder / "pictures"
    # Once to load everything, so that the calls that are counted are those of a signing.
    sign_dataset(pictures, folder / "first.c2pa", Statements(created="composite"), signer=signer)
    if os.environ.get("CREDKIT_FULL"):
        os.write = os.fsync = _full
    order = os.environ.get("CREDKIT_KILL")
    calls = watch(order) if order else []
    try:
        sign_dataset(pictures, None, Statements(created="composite", creator=("Test Studio",)), signer=signer)
    except OutputError as error:
        print(error)
        return 3
    if order == "count":
        print(len(calls))
    return 0


def _full(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


if __name__ == "__main__":
    sys.exit(main())
