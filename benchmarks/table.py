"""The one table, for people and as JSON."""

from __future__ import annotations

from typing import Any

from benchmarks.comparison import Row

__all__ = ["COLUMNS", "as_json", "cells", "plain", "rich_table", "size_text"]

COLUMNS = (
    "file",
    "size",
    "work",
    "limit ms",
    "credkit ms",
    "x limit",
    "on one",
    "c2pa-python ms",
    "x limit",
    "credkit / c2pa-python",
    "credkit MB",
    "c2pa-python MB",
    "fsync ms",
)


_NAMES = {
    "chain": "chain of {}",
    "ingredients": "{} ingredients",
    "files": "{} files in one process",
    "process": "a whole process",
}


def size_text(size: int) -> str:
    """``100 KB``, ``1 GB``."""
    for unit, factor in (("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} B"


def cells(row: Row) -> tuple[str, ...]:
    """One line: times in milliseconds, memory in millions of bytes."""

    def milliseconds(seconds: float) -> str:
        return f"{seconds * 1_000:,.2f}" if seconds < 0.1 else f"{seconds * 1_000:,.0f}"

    name = _NAMES.get(row.kind, row.kind).format(row.count)
    return (
        name,
        size_text(row.size),
        row.work,
        milliseconds(row.seconds["limit"]),
        milliseconds(row.seconds["credkit"]),
        f"{row.ratio('credkit', 'limit'):.2f}",
        f"{row.alone / row.seconds['limit']:.2f}" if row.alone else "",
        milliseconds(row.seconds["c2pa-python"]),
        f"{row.ratio('c2pa-python', 'limit'):.2f}",
        f"{row.ratio('credkit', 'c2pa-python'):.2f}",
        f"{row.memory['credkit'] / 1e6:.1f}",
        f"{row.memory['c2pa-python'] / 1e6:.1f}",
        milliseconds(row.fsync),
    )


def plain(rows: list[Row]) -> str:
    """The table as a Markdown table, which also reads well as text."""
    lines = [COLUMNS, *map(cells, rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(COLUMNS))]
    text = [
        "| "
        + " | ".join(
            cell.ljust(width) if index in (0, 2) else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    ]
    rule = (
        "|" + "|".join("-" * (width + 1) + (" " if index in (0, 2) else ":").replace(" ", "-") for index, width in enumerate(widths)) + "|"
    )
    return "\n".join([text[0], rule, *text[1:]])


def rich_table(rows: list[Row]) -> Any:
    """The same for a terminal."""
    from rich.table import Table

    table = Table()
    for index, column in enumerate(COLUMNS):
        table.add_column(column, justify="left" if index in (0, 2) else "right")
    for row in rows:
        table.add_row(*cells(row))
    return table


def as_json(rows: list[Row]) -> list[dict[str, Any]]:
    """Every figure, unrounded."""
    return [
        {
            "file": row.kind,
            "size": row.size,
            "count": row.count,
            "work": row.work,
            "seconds": row.seconds,
            "memory": row.memory,
            "fsync": row.fsync,
            "alone": row.alone,
        }
        for row in rows
    ]
