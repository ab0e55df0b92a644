"""The program that is killed while it updates a signed picture in place: ``python updating.py FOLDER``, with ``CREDKIT_KILL`` as in
``writing``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    folder = Path(sys.argv[1])
    from credkit import Signer, Statements, redact_file, update_file
    from tests.crash.writing import watch

    signer = Signer.from_pem(folder / "chain.pem", folder / "key.pem")
    picture = folder / "picture.jpg"
    # Once to load everything, so that the calls that are counted are those of an update.
    update_file(picture.read_bytes(), open(os.devnull, "wb"), Statements(rights="mine"), signer=signer)  # noqa: SIM115
    order = os.environ.get("CREDKIT_KILL")
    calls = watch(order) if order else []
    redact_file(picture, picture, ["cawg.metadata"], reason="c2pa.PII.present", signer=signer)
    if order == "count":
        print(len(calls))
    return 0


if __name__ == "__main__":
    sys.exit(main())
