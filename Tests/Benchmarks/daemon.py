"""droverd as a process: started, waited for, measured, ended."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


@dataclass(frozen=True)
class Usage:
    """What a process has used since its start: CPU seconds, bytes that went to storage."""

    cpu: float
    written: int


class Daemon:
    """One droverd with its folders below `folder`; it may be stopped and started again on the same state."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.manifests = folder / "manifests"
        self.status = folder / "status"
        self.state = folder / "state"
        self.log = folder / "droverd.log"
        self.policy = folder / "host.yaml"
        self.policy.write_text("apiVersion: drover.dev/v1alpha1\nkind: HostPolicy\nnode: bench\n", encoding="utf-8")
        self.policy.chmod(0o600)
        # What it is started with beside its folders.
        self.arguments: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.state / "droverd.sock"

    def start(self) -> float:
        """Starts, and returns the monotonic time just before."""
        command = [str(self.program), "--manifests", str(self.manifests), "--status", str(self.status)]
        command += ["--state", str(self.state), "--host-policy", str(self.policy)]
        command += ["--listen", "127.0.0.1:0", "--log-level", "warning", *self.arguments]
        with open(self.log, "ab") as log:
            begin = time.monotonic()
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return begin

    @property
    def pid(self) -> int:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"droverd does not run; its last words: {self.last_words()}")
        return self.process.pid

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-600:] if self.log.exists() else ""

    def wait_ready(self, timeout: float = 60) -> float:
        """The monotonic time at which /readyz first answered 200."""
        return self.poll(lambda: self.get_status("/readyz") == 200, "ready", timeout, 0.002)

    def wait_settled(self, models: int, timeout: float = 120) -> float:
        """The monotonic time at which status/fleet.yaml first counted that many models, all of them Ready."""
        seen = [0]
        path = self.status / "fleet.yaml"

        def is_settled() -> bool:
            try:
                stamp = path.stat().st_mtime_ns
                if stamp == seen[0]:
                    return False
                seen[0] = stamp
                return count_of_models(path.read_text(encoding="utf-8")) == {"total": models, "ready": models}
            except FileNotFoundError:
                return False

        return self.poll(is_settled, f"settled with {models} models", timeout, 0.005)

    def poll(self, is_met: Callable[[], bool], what: str, timeout: float, pause: float) -> float:
        deadline = time.monotonic() + timeout
        while not is_met():
            if time.monotonic() > deadline:
                raise TimeoutError(f"droverd was not {what} within {timeout} s; its last words: {self.last_words()}")
            _ = self.pid
            time.sleep(pause)
        return time.monotonic()

    def get_status(self, path: str) -> int | None:
        """The status of one GET over the control socket; None while nobody answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.socket))
                client.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
                answer = client.recv(64)
            except OSError:
                return None
        return int(answer[9:12]) if answer[9:12].isdigit() else None

    def usage(self) -> Usage:
        # The clock of another process, by the kernel's own numbering of clocks: nanoseconds, not ticks.
        cpu = time.clock_gettime((~self.pid << 3) | 2)
        io = Path(f"/proc/{self.pid}/io").read_text(encoding="ascii")
        return Usage(cpu, int(found(r"^write_bytes: (\d+)", io)))

    def resident(self) -> int:
        """Resident bytes, as they are now."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(found(r"^VmRSS:\s+(\d+) kB", status)) * 1024

    def peak(self) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(found(r"^VmHWM:\s+(\d+) kB", status)) * 1024

    def stop(self) -> float:
        """Ends it in the ordinary way; returns how many seconds that took."""
        begin = time.monotonic()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return time.monotonic() - begin

    def __enter__(self) -> Daemon:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise ValueError(f"nothing like {pattern}")
    return match.group(1)


def count_of_models(fleet: str) -> dict[str, int]:
    """`total` and `ready` of the models in a fleet's status file; empty while it has none."""
    block = re.search(r"\bmodels:\s*(\{[^}]*\}|(?:\n\s+\w+: \d+)+)", fleet)
    counts = dict(re.findall(r"(\w+): (\d+)", block.group(1))) if block else {}
    return {name: int(counts[name]) for name in ("total", "ready") if name in counts}
