"""Runs a program once, and measures the whole process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Wall time in seconds and the largest resident size in bytes.

    The kernel counts the size of the runner itself in, for the moment between fork and exec: runners stay small.
    """

    wall: float
    cpu: float
    peak: int


class UnexpectedExitError(Exception):
    """A program that was to be measured did something else."""


def run(command: Sequence[str], allowed: Collection[int] = (0,)) -> Run:
    """One run with its output thrown away; from spawn to the end of the process."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    try:
        start = time.perf_counter()
        pid = os.posix_spawn(command[0], list(command), os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - start
    finally:
        os.close(null)
    code = os.waitstatus_to_exitcode(status)
    if code not in allowed:
        raise UnexpectedExitError(f"'{' '.join(command)}' ended with status {code}; run it by hand to see why")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def interleaved(jobs: dict[str, tuple[int, Callable[[], Run]]]) -> dict[str, list[Run]]:
    """Runs each job as often as it says, spread evenly over the same time, after one run of each to warm the caches."""
    for _, job in jobs.values():
        job()
    turns = [((turn + 0.5) / count, name) for name, (count, _) in jobs.items() for turn in range(count)]
    results: dict[str, list[Run]] = {name: [] for name in jobs}
    for _, name in sorted(turns):
        results[name].append(jobs[name][1]())
    return results
