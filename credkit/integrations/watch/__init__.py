"""Sign whatever appears in a folder: the way in for programs that have no hook (InvokeAI, Fooocus, SwarmUI, clients of an API).

::

    from credkit.api.exporter import Exporter
    from credkit.integrations.watch import Watcher

    with Watcher(Exporter.from_settings(), ["outputs"], in_place=True) as watcher:
        for event in watcher.run():
            print(event.kind, event.path)

A file is taken up when it has come to rest and is a whole picture, signed in one step, and remembered, so that a restart signs nothing
twice and forgets nothing. Nothing but polling is used: it works on every system and on network drives.
"""

from __future__ import annotations

from credkit.integrations.watch.events import Event, EventKind
from credkit.integrations.watch.watcher import Watcher

__all__ = ["Event", "EventKind", "Watcher"]
