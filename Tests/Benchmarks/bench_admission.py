"""What one decision about a request costs, where every access key has limits and a budget of its own."""

from __future__ import annotations

import json
import subprocess

from figures import median
from settings import Settings
from table import Row

KEYS = 100_000
RUNS = 5
GOAL_NS = 500


def measure(settings: Settings) -> list[Row]:
    runs = [json.loads(subprocess.check_output([settings.admission, str(KEYS)])) for _ in range(RUNS)]
    admit = median([run["admit_p50_ns"] for run in runs])
    finish = median([run["finish_p50_ns"] for run in runs])
    return [
        Row(
            f"admission, {KEYS:,} keys (p50, median of {RUNS})",
            f"≤ {GOAL_NS / 1000} µs",
            f"{admit / 1000:.2f} µs, and {finish / 1000:.2f} µs to finish",
            admit <= GOAL_NS,
            figures={"runs": runs},
        )
    ]
