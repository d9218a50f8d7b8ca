"""What the figures depend on: the machine, and how busy it is with other work."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path


def facts() -> dict[str, str]:
    return {"processor": processor(), "cores": f"{os.cpu_count()} cores", "kernel": f"Linux {platform.release()}"}


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def busy_share(length: float = 1) -> float:
    """The share of all cores that is in use while the caller sleeps: 1 is all of them."""
    before = processor_times()
    time.sleep(length)
    spent = [after - first for first, after in zip(before, processor_times(), strict=True)]
    # The fourth and the fifth are idling and waiting for a disk.
    return 1 - (spent[3] + spent[4]) / max(1, sum(spent))


def processor_times() -> list[int]:
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    # User time includes the guests of the last two columns.
    return [int(field) for field in first.split()[1:9]]
