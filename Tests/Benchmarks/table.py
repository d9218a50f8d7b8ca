"""One row for each goal, and how rows are printed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Row:
    """One goal and what was measured against it."""

    what: str
    goal: str
    measured: str
    met: bool | None
    peer: str = "–"
    # Bare numbers with their units in the names, for programs.
    figures: dict[str, Any] = field(default_factory=dict)


def markdown(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | goal | measured | met | against a peer |", "|---|---|---|---|---|"]
    for row in rows:
        met = {True: "yes", False: "**no**", None: "–"}[row.met]
        lines.append(f"| {row.what} | {row.goal} | {row.measured} | {met} | {row.peer} |")
    return "\n".join(lines)


def write_json(path: Path, machine: dict[str, str], rows: list[Row]) -> None:
    """The same for programs."""
    document = {"machine": machine, "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
