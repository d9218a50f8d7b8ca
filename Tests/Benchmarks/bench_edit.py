"""One edited file among ten thousand: from its close to the step that it asks for."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from daemon import Daemon
from figures import median, percentile, seconds
from fleet import FleetShape
from settings import Settings
from table import Row
from upstream import Upstream

GOAL = 0.120
# A driver asks for the models of a server at most once a second before a load: each provider is edited less often, so
# that every load begins with a request that can be seen. Health checks are too rare to be mistaken for one.
SHAPE = FleetShape(models=10_000, providers=10, loaded=1, health="1h")
# Until the round that unloads the former instance is over: what is measured is an edit of a fleet at rest.
PAUSE = 0.9


def measure(settings: Settings) -> list[Row]:
    folder = settings.fresh_folder("edit")
    with Upstream(folder, SHAPE.served()) as upstream, Daemon(settings.droverd, folder) as daemon:
        SHAPE.write(daemon.manifests, upstream.port)
        begin = daemon.start()
        converged = daemon.wait_settled(SHAPE.models) - begin
        time.sleep(1)
        started, warmed = [], []
        chance = random.Random(7)
        for number in range(settings.edits):
            provider = number % SHAPE.providers
            suffix = "-b" if number // SHAPE.providers % 2 == 0 else ""
            first, second = edit(daemon.manifests, upstream, provider, suffix)
            started.append(first)
            warmed.append(second)
            time.sleep(PAUSE + chance.random() * 0.3)
    p50, p99 = median(started), percentile(started, 99)
    return [
        Row(
            f"edit of 1 file among {SHAPE.models:,}, close to step started ({settings.edits} edits)",
            f"p99 ≤ {seconds(GOAL)}, debounce of 50 ms included",
            f"p50 {seconds(p50)}, p99 {seconds(p99)}; warmed up p50 {seconds(median(warmed))}",
            p99 <= GOAL,
            figures={"started_s": started, "warmup_s": warmed, "first_convergence_s": converged},
        )
    ]


def edit(manifests: Path, upstream: Upstream, provider: int, suffix: str) -> tuple[float, float]:
    """Seconds from the close of the file to the first request of the load, and to its warm-up."""
    model = SHAPE.model(provider, 0) + suffix
    base = f"/{SHAPE.provider(provider)}/v1"
    text = SHAPE.text(provider, 0, model).encode()
    upstream.forget_arrivals()
    file = os.open(manifests / SHAPE.path(provider, 0), os.O_WRONLY | os.O_TRUNC)
    os.write(file, text)
    closed = time.time_ns()
    os.close(file)
    arrivals = upstream.arrivals_until("POST", f"{base}/chat/completions", model)
    first = next(each for each in arrivals if each.path.startswith(base))
    return (first.at - closed) / 1e9, (arrivals[-1].at - closed) / 1e9
