"""What the command line decides for all benchmarks."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    drover: Path
    droverd: Path
    admission: Path
    # On a disk: in memory, neither fsync nor a written byte would cost anything.
    work: Path
    runs: int
    peer_runs: int
    edits: int
    idle_seconds: float

    def fresh_folder(self, name: str) -> Path:
        """A new folder below the work folder.

        Nothing is deleted before the end: ext4 steps over each inode that was freed in the last minute whenever it
        looks for a free one, and new files would cost more for every file of an earlier benchmark.
        """
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.work))
