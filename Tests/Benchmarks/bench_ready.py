"""A thousand models that are to be Loaded, from the start of droverd until the fleet counts all of them as Ready."""

from __future__ import annotations

from daemon import Daemon
from figures import median, seconds
from fleet import FleetShape
from settings import Settings
from table import Row
from upstream import Upstream

GOAL = 2.0
SHAPE = FleetShape(models=1000, providers=1, loaded=1000)
RUNS = 3


def measure(settings: Settings) -> list[Row]:
    times = [once(settings) for _ in range(RUNS)]
    return [
        Row(
            f"{SHAPE.models:,} models to Ready against a fake provider, from the start of droverd",
            f"≤ {seconds(GOAL)}",
            f"{seconds(median(times))} (median of {RUNS})",
            median(times) <= GOAL,
            figures={"ready_s": times},
        )
    ]


def once(settings: Settings) -> float:
    folder = settings.fresh_folder("ready")
    with Upstream(folder, SHAPE.served()) as upstream, Daemon(settings.droverd, folder) as daemon:
        SHAPE.write(daemon.manifests, upstream.port)
        begin = daemon.start()
        return daemon.wait_settled(SHAPE.models) - begin
