"""`drover validate` and `drover diff` over thousands of files, against `kubectl kustomize` over the same ones: of the one
folder that is validated, and of both folders that are compared."""

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
# The folders that each command reads.
READ = {"validate": ["current"], "diff": ["current", "base"]}


def measure(settings: Settings) -> list[Row]:
    folder = settings.fresh_folder("manifests")
    current, base = folder / "current", folder / "base"
    manifests = {
        current: list(corpus.catalogue(FILES)),
        base: list(corpus.edited(corpus.catalogue(FILES), FILES, EDITED)),
    }
    for place, files in manifests.items():
        corpus.write(place, files)
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
        for place, files in manifests.items():
            built = folder / f"kustomized-{place.name}"
            write_kustomization(built, files)
            jobs[place.name] = (settings.peer_runs, kustomize(kubectl, built))
    results = interleaved(jobs)
    peers = {name: [results[place] for place in places if kubectl] for name, places in READ.items()}
    return [row(name, results[name], peers[name]) for name in READ]


def kustomize(kubectl: str, folder: Path) -> Callable[[], Run]:
    return lambda: cached([folder], lambda: run([kubectl, "kustomize", str(folder)]))


def cached(folders: list[Path], job: Callable[[], Run]) -> Run:
    """One run over files that the page cache holds: another's long run in between may have cost them their place."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                path.read_bytes()
    return job()


def write_kustomization(folder: Path, files: list[tuple[str, str]]) -> None:
    paths = corpus.write(folder, files)
    lines = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "resources:"]
    lines += [f"- {path}" for path in paths]
    (folder / "kustomization.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def row(name: str, runs: list[Run], peers: list[list[Run]]) -> Row:
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
        other = sum(median([each.wall for each in runs]) for runs in peers)
        ratio = other / wall
        met = met and ratio >= GOAL_RATIO
        of_both = " of both" if len(peers) > 1 else ""
        against = f"{ratio:.0f} × faster than `kubectl kustomize`{of_both} ({seconds(other)})"
        figures |= {"kubectl_wall_s": [[each.wall for each in runs] for runs in peers], "ratio": ratio}
    of = f"{FILES:,} files" if name == "validate" else f"{FILES:,} files against {FILES:,}, {EDITED} of them edited"
    return Row(
        f"`drover {name}`, {of}",
        f"≤ {seconds(GOAL_SECONDS)}, ≤ {megabytes(GOAL_BYTES)}, ≥ {GOAL_RATIO} × kubectl",
        f"{seconds(wall)}, {megabytes(peak)}",
        met,
        against,
        figures,
    )
