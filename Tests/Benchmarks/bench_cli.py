"""How long the smallest commands take, whole process, beside `true`."""

from __future__ import annotations

import shutil

from daemon import Daemon
from figures import median, megabytes, seconds
from fleet import FleetShape
from program import Run, interleaved, run
from settings import Settings
from table import Row
from upstream import Upstream

SHAPE = FleetShape(models=100, providers=1, loaded=10)
RUNS = 50
GOAL_VERSION = 0.010
GOAL_GET = 0.020


def measure(settings: Settings) -> list[Row]:
    folder = settings.fresh_folder("cli")
    drover = str(settings.drover)
    true = shutil.which("true") or "/bin/true"
    with Upstream(folder, SHAPE.served()) as upstream, Daemon(settings.droverd, folder) as daemon:
        SHAPE.write(daemon.manifests, upstream.port)
        daemon.start()
        daemon.wait_settled(SHAPE.models)
        # Wherever the runner was started, no droverd is found unless it is named.
        version = [drover, "version", "--client"]
        get = [drover, "get", "models", "--socket", str(daemon.socket)]
        results = interleaved(
            {
                "version": (RUNS, lambda: run(version)),
                "get": (RUNS, lambda: run(get)),
                "true": (RUNS, lambda: run([true])),
            }
        )
    baseline = median([each.wall for each in results["true"]])
    return [
        row("`drover version`", GOAL_VERSION, results["version"], baseline),
        row(f"`drover get models`, {SHAPE.models} models", GOAL_GET, results["get"], baseline),
    ]


def row(what: str, goal: float, runs: list[Run], baseline: float) -> Row:
    wall = median([each.wall for each in runs])
    peak = max(each.peak for each in runs)
    return Row(
        f"{what} (median of {RUNS})",
        f"≤ {seconds(goal)}",
        f"{seconds(wall)}, {megabytes(peak)}",
        wall <= goal,
        f"`true`: {seconds(baseline)}",
        {"wall_s": [each.wall for each in runs], "true_wall_s": baseline, "peak_bytes": peak},
    )
