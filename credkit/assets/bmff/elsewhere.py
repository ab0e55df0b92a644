"""Whether media of an ISO base media file lie in another file, of which no hash of this one can say anything.

Source: ISO/IEC 14496-12, 8.7.2 (``dref``): each reference leads to a file, and a flag of it says that this is the same file.
"""

from __future__ import annotations

from credkit.assets.bmff.boxes import BmffBox, BoxWalker

__all__ = ["ELSEWHERE", "leads_elsewhere"]

ELSEWHERE = "Media of this file lie in other files, which its hash does not cover."
_SAME_FILE = 1
_ENTRIES = 8
"""Bytes of the fields in front of the references: version, flags, their number."""


def leads_elsewhere(walker: BoxWalker, box: BmffBox) -> bool:
    """Whether a reference to data in a box ``minf`` or ``meta`` leads to another file; ``MalformedError`` when it cannot be read."""
    for info in walker.children(box):
        for table in walker.children(info) if info.type == "dinf" else ():
            if table.type == "dref" and table.payload.length >= _ENTRIES:
                entries = BmffBox(type="dref", span=table.span, header=table.header + _ENTRIES, place=table.place)
                for entry in walker.children(entries):
                    # ``imdt`` and its like name boxes of this file.
                    named = entry.type in ("url ", "urn ", "alis", "rsrc")
                    if named and entry.payload.length >= 4 and not walker.source.read(entry.payload.start + 3, 1)[0] & _SAME_FILE:
                        return True
    return False
