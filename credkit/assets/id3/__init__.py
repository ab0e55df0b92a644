"""Compressed sound with an ID3 tag in front (MP3, FLAC): the store is an object in the tag."""

from __future__ import annotations

from credkit.assets.id3.format import Id3Format

__all__ = ["Id3Format"]
