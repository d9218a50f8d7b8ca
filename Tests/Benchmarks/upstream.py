"""The fake provider as the runner sees it: a process, and the requests that reached it."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


@dataclass(frozen=True)
class Arrival:
    """One request; `at` is the wall clock in nanoseconds when its first bytes were read."""

    at: int
    method: str
    path: str
    model: str


class Upstream:
    """Serves `models`, ids by the first segment of the path, for as long as the context lasts."""

    def __init__(self, folder: Path, models: dict[str, list[str]]) -> None:
        listing = folder / "served-models.json"
        listing.write_text(json.dumps(models), encoding="utf-8")
        script = Path(__file__).with_name("fake_provider.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(listing)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.arrivals: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        # The pipe is always emptied: a full one would make the server wait.
        threading.Thread(target=self.read_arrivals, daemon=True).start()

    def read_arrivals(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            at, method, path, model = line.split()
            self.arrivals.put(Arrival(int(at), method, path, model))

    def forget_arrivals(self) -> None:
        while not self.arrivals.empty():
            self.arrivals.get()

    def arrivals_until(self, method: str, path: str, model: str, timeout: float = 10) -> list[Arrival]:
        """All requests up to the one that is asked for, which is the last."""
        deadline = time.monotonic() + timeout
        seen = []
        while True:
            try:
                arrival = self.arrivals.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"no {method} {path} for '{model}' came within {timeout} s") from None
            seen.append(arrival)
            if (arrival.method, arrival.path, arrival.model) == (method, path, model):
                return seen

    def __enter__(self) -> Upstream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(timeout=10)
