"""``python -m credkit``."""

from __future__ import annotations

import sys

from credkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
