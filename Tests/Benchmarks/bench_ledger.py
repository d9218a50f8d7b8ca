"""What the ledger costs: an append on the path of a request, folding into the database, and a start with a long past."""

from __future__ import annotations

import json
import subprocess

from figures import seconds
from settings import Settings
from table import Row

ROWS = 1_000_000
RESTART_GOAL = 1.0


def measure(settings: Settings) -> list[Row]:
    program = settings.droverd.parent / "LedgerBenchmark"
    folder = settings.fresh_folder("ledger")
    run = subprocess.run([program, folder, str(ROWS)], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip() or f"{program} ended with {run.returncode}")
    found = json.loads(run.stdout)
    restart, unread = found["restart_ns"] / 1e9, found["restart_unread_ns"] / 1e9
    rate = found["fold_rows"] / (found["fold_ns"] / 1e9)
    return [
        Row(
            "hold and settlement of a request in the journal",
            "–",
            f"p50 {found['append_p50'] / 1000:.1f} µs, p99 {found['append_p99'] / 1000:.1f} µs; "
            f"{found['append_grouped_p50'] / 1000:.1f} µs where 16 share a tick",
            None,
            figures=found,
        ),
        Row("folding the journal into the ledger", "–", f"{rate:,.0f} rows/s", None),
        Row(
            f"start of a ledger of {ROWS:,} rows",
            f"≤ {seconds(RESTART_GOAL)}",
            f"{seconds(restart)}; with {found['restart_unread_bytes'] / 1e6:.0f} MB of journal unread {seconds(unread)}",
            unread <= RESTART_GOAL,
        ),
    ]
