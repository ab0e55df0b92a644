"""The program that is killed while it seals a picture in place: ``python sealing.py FOLDER``, with ``CREDKIT_KILL`` as in ``writing``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    folder = Path(sys.argv[1])
    os.environ["XDG_DATA_HOME"] = str(folder / "data")
    from credkit import Signer, sign_file
    from tests.crash.writing import watch

    signer = Signer.from_pem(folder / "chain.pem", folder / "key.pem")
    picture = folder / "picture.png"
    # Once to load everything, so that the calls that are counted are those of a signing.
    sign_file(picture.read_bytes(), open(os.devnull, "wb"), signer=signer, lift=True, prompt="omit")  # noqa: SIM115
    order = os.environ.get("CREDKIT_KILL")
    calls = watch(order) if order else []
    sign_file(picture, picture, signer=signer, lift=True, prompt="sealed")
    if order == "count":
        print(len(calls))
    return 0


if __name__ == "__main__":
    sys.exit(main())
