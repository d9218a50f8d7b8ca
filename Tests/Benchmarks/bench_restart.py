"""How long a restart takes with ten thousand models: from the start of the process to a 200 of /readyz."""

from __future__ import annotations

from daemon import Daemon
from figures import median, seconds
from fleet import FleetShape
from settings import Settings
from table import Row
from upstream import Upstream

GOAL = 1.0
SHAPE = FleetShape(models=10_000, providers=10, loaded=10)
RUNS = 5


def measure(settings: Settings) -> list[Row]:
    folder = settings.fresh_folder("restart")
    starts, stops = [], []
    with Upstream(folder, SHAPE.served()) as upstream, Daemon(settings.droverd, folder) as daemon:
        SHAPE.write(daemon.manifests, upstream.port)
        daemon.start()
        daemon.wait_settled(SHAPE.models)
        for _ in range(RUNS):
            stops.append(daemon.stop())
            begin = daemon.start()
            starts.append(daemon.wait_ready() - begin)
    return [
        Row(
            f"restart with {SHAPE.models:,} models, to /readyz 200",
            f"≤ {seconds(GOAL)}",
            f"{seconds(median(starts))} (median of {RUNS}); the stop before took {seconds(median(stops))}",
            median(starts) <= GOAL,
            figures={"ready_s": starts, "stop_s": stops},
        )
    ]
