"""`drover validate` and `drover diff` over thousands of files, against `kubectl kustomize` over the same ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import corpus
from figures import median, megabytes, seconds
from program import Run, interleaved, run
from settings import Settings
from table import Row

FILES = 3400
EDITED = 20
GOAL_SECONDS = 0.2
GOAL_BYTES = 100e6
GOAL_RATIO = 60


def measure(settings: Settings) -> list[Row]:
    folder = settings.fresh_folder("manifests")
    current, base, kustomized = folder / "current", folder / "base", folder / "kustomized"
    corpus.write(current, corpus.catalogue(FILES))
    corpus.write(base, corpus.edited(corpus.catalogue(FILES), FILES, EDITED))
    drover = str(settings.drover)
    validate = [drover, "validate", "-f", str(current)]
    diff = [drover, "diff", "-f", str(current), "--base", str(base)]
    jobs = {
        "validate": (settings.runs, lambda: cached([current], lambda: run(validate))),
        # Status 1: there are differences.
        "diff": (settings.runs, lambda: cached([current, base], lambda: run(diff, allowed=[1]))),
    }
    kubectl = shutil.which("kubectl")
    if kubectl:
        write_kustomization(kustomized)
        peer = [kubectl, "kustomize", str(kustomized)]
        jobs["kubectl"] = (settings.peer_runs, lambda: cached([kustomized], lambda: run(peer)))
    results = interleaved(jobs)
    return [row(name, results[name], results.get("kubectl")) for name in ("validate", "diff")]


def cached(folders: list[Path], job: Callable[[], Run]) -> Run:
    """One run over files that the page cache holds: another's long run in between may have cost them their place."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                path.read_bytes()
    return job()


def write_kustomization(folder: Path) -> None:
    paths = corpus.write(folder, corpus.catalogue(FILES))
    lines = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "resources:"]
    lines += [f"- {path}" for path in paths]
    (folder / "kustomization.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def row(name: str, runs: list[Run], peers: list[Run] | None) -> Row:
    wall = median([each.wall for each in runs])
    peak = max(each.peak for each in runs)
    figures = {
        "wall_s": [each.wall for each in runs],
        "cpu_s_median": median([each.cpu for each in runs]),
        "peak_bytes": peak,
    }
    met = wall <= GOAL_SECONDS and peak <= GOAL_BYTES
    against = "kubectl: not installed"
    if peers:
        other = median([each.wall for each in peers])
        ratio = other / wall
        met = met and ratio >= GOAL_RATIO
        against = f"{ratio:.0f} × faster than `kubectl kustomize` ({seconds(other)})"
        figures |= {"kubectl_wall_s": [each.wall for each in peers], "ratio": ratio}
    of = f"{FILES:,} files" if name == "validate" else f"{FILES:,} files, {EDITED} of them edited"
    return Row(
        f"`drover {name}`, {of}",
        f"≤ {seconds(GOAL_SECONDS)}, ≤ {megabytes(GOAL_BYTES)}, ≥ {GOAL_RATIO} × kubectl",
        f"{seconds(wall)}, {megabytes(peak)}",
        met,
        against,
        figures,
    )
