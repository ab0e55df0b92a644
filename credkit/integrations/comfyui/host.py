"""What is asked of ComfyUI itself: its folders, and whether it was started without metadata. Nothing else of it is used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from credkit.dataclass import dataclass

__all__ = ["Host"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The running program."""

    folders: Any
    """Its module ``folder_paths``."""
    no_metadata: bool = False
    """Whether it was started with ``--disable-metadata``: then its files carry no texts, whatever is signed."""

    @classmethod
    def running(cls) -> Host:
        """The program that this runs in."""
        import folder_paths  # type: ignore[import-not-found]

        try:
            from comfy.cli_args import args  # type: ignore[import-not-found]
        except ImportError:
            return cls(folders=folder_paths)
        return cls(folders=folder_paths, no_metadata=bool(getattr(args, "disable_metadata", False)))

    def place_for(self, prefix: str, width: int, height: int) -> tuple[Path, str, int, str]:
        """Folder, name, counter and subfolder for what is to be saved; the host refuses a prefix that leads out of its folder."""
        base = self.folders.get_output_directory()
        folder, name, counter, subfolder, _ = self.folders.get_save_image_path(prefix, base, width, height)
        return Path(folder), str(name), int(counter), str(subfolder)

    def input_file(self, name: str) -> Path | None:
        """The file that a loading node was given; None when there is none, or when it lies outside of the folders of the host."""
        try:
            found = Path(os.path.realpath(self.folders.get_annotated_filepath(name)))
        except (OSError, ValueError, TypeError):
            return None
        known = (self.folders.get_input_directory(), self.folders.get_output_directory(), self.folders.get_temp_directory())
        if not any(found.is_relative_to(os.path.realpath(folder)) for folder in known):
            return None
        return found if found.is_file() else None
