"""The texts that a picture file carries besides its pixels: PNG text chunks, EXIF, XMP and IPTC fields, comments, the text file beside it.

``read_texts`` finds them all, ``without_texts`` takes some out and leaves every other byte as it was. What they mean is left to
``credkit.lifting``; texts hidden in pixels are in ``credkit.media.hidden``.
"""

from credkit.media.texts.block import TextBlock, TextKind
from credkit.media.texts.clearing import without_texts
from credkit.media.texts.reading import read_texts, twin_of

__all__ = ["TextBlock", "TextKind", "read_texts", "twin_of", "without_texts"]
