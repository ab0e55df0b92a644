"""From changed blocks to a handful of rectangles: grouping, dropping specks, tightening the edges.

Decides what counts as one area; how strongly blocks differ comes from ``credkit.media.difference``.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from credkit.dataclass import dataclass
from credkit.media.difference import CERTAIN, CHANGED, StrengthGrid

__all__ = ["BlockGroup", "Box", "changed_share", "groups", "tighten"]

_SMALLEST_GROUP = 16
"""Changed blocks that together are no noise though none of them is certain (noise gathers along hard edges)."""


Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""


@dataclass(frozen=True, slots=True)
class BlockGroup:
    """Changed blocks that belong together: (column, row) of each."""

    blocks: tuple[tuple[int, int], ...]

    @property
    def box(self) -> Box:
        """Smallest rectangle of blocks that holds all of them, in blocks."""
        columns, rows = [block[0] for block in self.blocks], [block[1] for block in self.blocks]
        return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def groups(grid: StrengthGrid, *, most: int) -> tuple[BlockGroup, ...]:
    """At most ``most`` groups of changed blocks, largest first.

    Blocks that touch or have two unchanged blocks between them are one group; a small one with no certain block is noise. When there
    are too many groups, ever wider gaps are bridged.
    """
    strength = grid.image.tobytes()
    width = grid.image.width
    kept = [
        block
        for group in _linked(_mask(grid.image, CHANGED), 1)
        if len(group.blocks) >= _SMALLEST_GROUP or any(strength[row * width + column] >= CERTAIN for column, row in group.blocks)
        for block in group.blocks
    ]
    mask = Image.new("L", grid.image.size)
    for block in kept:
        mask.putpixel(block, 255)
    found, reach = _linked(mask, 1), 1
    while len(found) > most:
        reach *= 2
        found = _linked(mask, reach)
    return tuple(sorted(_without_overlap(found), key=lambda group: -len(group.blocks)))


def _mask(image: Image.Image, threshold: int) -> Image.Image:
    return image.point(lambda value: 255 if value >= threshold else 0)


def _linked(mask: Image.Image, reach: int) -> list[BlockGroup]:
    """Groups of set pixels that are joined once each is widened by ``reach``."""
    wide = mask
    for _ in range(reach):
        wide = wide.filter(ImageFilter.MaxFilter(3))
    width, height = mask.size
    is_set, open_cells = mask.tobytes(), bytearray(wide.tobytes())
    found = []
    for start in range(width * height):
        if is_set[start] and open_cells[start]:
            members = _flood(open_cells, start, width, height)
            found.append(BlockGroup(tuple((cell % width, cell // width) for cell in sorted(members) if is_set[cell])))
    return found


def _flood(open_cells: bytearray, start: int, width: int, height: int) -> list[int]:
    """All cells connected to ``start`` (eight directions); they are closed in ``open_cells``."""
    open_cells[start] = 0
    members = [start]
    for cell in members:
        column, row = cell % width, cell // width
        for y in range(max(0, row - 1), min(height, row + 2)):
            for x in range(max(0, column - 1), min(width, column + 2)):
                if open_cells[y * width + x]:
                    open_cells[y * width + x] = 0
                    members.append(y * width + x)
    return members


def _without_overlap(found: list[BlockGroup]) -> list[BlockGroup]:
    """Groups whose rectangles overlap (an L around a spot) become one."""
    for index, first in enumerate(found):
        for other in found[index + 1 :]:
            a, b = first.box, other.box
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                rest = [group for group in found if group is not first and group is not other]
                return _without_overlap([*rest, BlockGroup(first.blocks + other.blocks)])
    return found


def changed_share(group: BlockGroup, block: int, size: tuple[int, int]) -> float:
    """The part (0..1) of a picture of ``size`` pixels that the blocks of the group cover."""
    width, height = size
    covered = sum(min(block, width - x * block) * min(block, height - y * block) for x, y in group.blocks)
    return covered / (width * height)


def tighten(group: BlockGroup, block: int, difference: Image.Image) -> Box:
    """The group's rectangle in pixels, each edge moved by at most one block to where the pixels really change."""
    left, top, right, bottom = (edge * block for edge in group.box)
    outer = (max(0, left - block), max(0, top - block), min(difference.width, right + block), min(difference.height, bottom + block))
    crop = difference.crop(outer)
    near = _cover(group, block, outer, widened=1)
    threshold = _threshold(crop, _cover(group, block, outer, widened=0))
    changed = ImageChops.multiply(_mask(crop, threshold).filter(ImageFilter.MedianFilter(3)), near).getbbox()
    right, bottom = min(right, difference.width), min(bottom, difference.height)
    if changed is None:
        return left, top, right, bottom
    return (
        min(outer[0] + changed[0], left + block - 1),
        min(outer[1] + changed[1], top + block - 1),
        max(outer[0] + changed[2], right - block + 1),
        max(outer[1] + changed[3], bottom - block + 1),
    )


def _cover(group: BlockGroup, block: int, outer: Box, *, widened: int) -> Image.Image:
    """A mask over ``outer`` of the group's blocks, widened by so many blocks."""
    mask = Image.new("L", (outer[2] - outer[0], outer[3] - outer[1]))
    for column, row in group.blocks:
        x, y = column * block - outer[0], row * block - outer[1]
        mask.paste(255, (x - widened * block, y - widened * block, x + (1 + widened) * block, y + (1 + widened) * block))
    return mask


def _threshold(difference: Image.Image, inside: Image.Image) -> int:
    """A third of what the stronger pixels of the area differ by: above the ringing around it, below its body."""
    counts = difference.histogram(inside)
    left = sum(counts) // 4
    for value in range(255, 0, -1):
        left -= counts[value]
        if left <= 0:
            return min(60, max(12, value // 3))
    return 12
