"""What droverd costs while ten thousand models agree with their manifests.

Every minute it reads every manifest again. So it is measured twice: with manifests in memory, as a page cache holds
files that are read every minute; and on the disk of this machine, whose kernel may drop what was not read for some
seconds, which makes each reading of a small file one of the disk.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from daemon import Daemon
from figures import megabytes
from fleet import FleetShape
from settings import Settings
from table import Row
from upstream import Upstream

GOAL_CORE = 0.005
GOAL_BYTES = 250e6
SHAPE = FleetShape(models=10_000, providers=10, loaded=10)
# Until the work of the start is over, its status files included.
SETTLING = 8


MEMORY = Path("/dev/shm")


def measure(settings: Settings) -> list[Row]:
    rows = []
    if MEMORY.is_dir():
        manifests = Path(tempfile.mkdtemp(prefix="drover-", dir=MEMORY))
        try:
            rows.append(idle(settings, "in memory", manifests))
        finally:
            shutil.rmtree(manifests)
    rows.append(idle(settings, "on disk", None))
    return rows


def idle(settings: Settings, place: str, manifests: Path | None) -> Row:
    folder = settings.fresh_folder("idle")
    with Upstream(folder, SHAPE.served()) as upstream, Daemon(settings.droverd, folder) as daemon:
        daemon.manifests = manifests or daemon.manifests
        SHAPE.write(daemon.manifests, upstream.port)
        daemon.start()
        daemon.wait_settled(SHAPE.models)
        time.sleep(SETTLING)
        before, begin = daemon.usage(), time.monotonic()
        time.sleep(settings.idle_seconds)
        after, length = daemon.usage(), time.monotonic() - begin
        resident, peak = daemon.resident(), daemon.peak()
    core = (after.cpu - before.cpu) / length
    written = after.written - before.written
    return Row(
        f"idle with {SHAPE.models:,} converged models, manifests {place}, over {length:.0f} s",
        f"< {GOAL_CORE:.1%} of a core, no writes, ≤ {megabytes(GOAL_BYTES)}",
        f"{core:.2%} of a core, {written:,} bytes written, {megabytes(resident)}",
        core < GOAL_CORE and written == 0 and resident <= GOAL_BYTES,
        figures={"core_share": core, "written_bytes": written, "resident_bytes": resident, "peak_bytes": peak},
    )
