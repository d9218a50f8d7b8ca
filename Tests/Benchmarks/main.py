"""Runs benchmarks by name, and prints one table."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bench_admission
import bench_cli
import bench_edit
import bench_gateway
import bench_idle
import bench_ledger
import bench_manifests
import bench_ready
import bench_restart
import machine
from program import UnexpectedExitError
from settings import Settings
from table import Row, markdown, write_json

BENCHMARKS: dict[str, Callable[[Settings], list[Row]]] = {
    "manifests": bench_manifests.measure,
    "edit": bench_edit.measure,
    "ready": bench_ready.measure,
    "idle": bench_idle.measure,
    "restart": bench_restart.measure,
    "cli": bench_cli.measure,
    "admission": bench_admission.measure,
    "ledger": bench_ledger.measure,
    "gateway": bench_gateway.measure,
}

# Above this share of all cores, other work is told of.
BUSY = 0.05


def main() -> int:
    options = arguments()
    bin_folder: Path = options.bin.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=options.work.resolve(), ignore_cleanup_errors=True) as work:
        return measure(options, bin_folder, Path(work))


def measure(options: argparse.Namespace, bin_folder: Path, work: Path) -> int:
    settings = Settings(
        drover=bin_folder / "drover",
        droverd=bin_folder / "droverd",
        admission=bin_folder / "AdmissionBenchmark",
        work=work,
        runs=options.runs,
        peer_runs=options.peer_runs,
        edits=options.edits,
        idle_seconds=options.idle_seconds,
    )
    # Commands look for a droverd and for manifests where they are started: here is neither.
    os.chdir(work)
    rows: list[Row] = []
    for name in options.names or list(BENCHMARKS):
        busy = machine.busy_share()
        note = f" (other work takes {busy:.0%} of this machine: expect worse figures)" if busy > BUSY else ""
        print(f"==> {name}{note}", file=sys.stderr, flush=True)
        begin = time.monotonic()
        try:
            measured = BENCHMARKS[name](settings)
        except (OSError, RuntimeError, UnexpectedExitError) as error:
            measured = [Row(name, "–", f"failed: {' '.join(str(error).split())}", False)]
        for row in measured:
            row.figures["other_work_share"] = busy
        rows += measured
        print(f"    {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    os.chdir("/")
    facts = conditions(settings)
    print(", ".join(facts.values()) + "\n")
    print(markdown(rows))
    if options.json:
        write_json(options.json, facts, rows)
    return 0 if all(row.met is not False for row in rows) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures drover and droverd. Ends with 1 where a goal is missed.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS) + "; default: all")
    parser.add_argument("--bin", type=Path, required=True, help="folder of drover, droverd and the benchmarks' programs")
    parser.add_argument("--work", type=Path, required=True, help="folder for fleets, on a disk")
    parser.add_argument("--json", type=Path, help="write all figures to this file too")
    parser.add_argument("--runs", type=int, default=21, help="runs of validate and diff (default: %(default)s)")
    parser.add_argument("--peer-runs", type=int, default=3, help="runs of kubectl (default: %(default)s)")
    parser.add_argument("--edits", type=int, default=120, help="edits that are timed (default: %(default)s)")
    parser.add_argument(
        "--idle-seconds",
        type=float,
        default=66,
        help="how long idling is watched; every file is read anew once a minute (default: %(default)g)",
    )
    options = parser.parse_args()
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark is named '{name}'; there are {', '.join(BENCHMARKS)}")
    if options.json:
        options.json = options.json.resolve()
    return options


def conditions(settings: Settings) -> dict[str, str]:
    version = subprocess.run([settings.drover, "version", "--client"], capture_output=True, text=True, check=False)
    return machine.facts() | {"drover": version.stdout.strip() or "drover"}


if __name__ == "__main__":
    sys.exit(main())
