"""Labels of the law: what the rules of a place ask a generated picture to carry, written and read back.

Here stands what an exporter names; the modules behind it load XML and are imported when labels are written or read.
"""

from __future__ import annotations

from credkit.labels.labels import REGIMES, Corner, Labels, Regime, VisibleLabel

__all__ = ["REGIMES", "Corner", "Labels", "Regime", "VisibleLabel"]
