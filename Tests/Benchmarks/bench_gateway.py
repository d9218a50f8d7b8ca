"""The gateway with a key, a limit, a budget and the ledger on, against nginx as a plain proxy to the same upstream.

Both, the load (wrk, h2load) and the upstream (another nginx) share the cores of this machine, and turns are taken.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import corpus
from daemon import Daemon
from figures import median, percentile
from nginx import Nginx
from settings import Settings
from table import Row

CONNECTIONS = (32, 128)
SECONDS = 5
RUNS = 5
GOAL_SHARE = 0.8
RATE = 5_000
GOAL_ADDED_P50 = 100e-6
GOAL_ADDED_P99 = 300e-6
REQUEST = json.dumps(
    {
        "model": "bench",
        "max_tokens": 64,
        "messages": [
            {"role": "system", "content": "You answer in one short sentence. " * 4},
            {"role": "user", "content": "What is the tallest mountain of each continent, and who climbed it first?"},
        ],
    }
)
REPLY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "bench",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Everest, Aconcagua, Denali, Kilimanjaro. " * 8},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 61, "completion_tokens": 48, "total_tokens": 109},
    }
)
MODELS = json.dumps({"object": "list", "data": [{"id": "bench", "object": "model"}]})


def measure(settings: Settings) -> list[Row]:
    folder = settings.fresh_folder("gateway")
    for tool in ("nginx", "wrk", "h2load"):
        if not shutil.which(tool):
            raise RuntimeError(f"{tool} is not on the PATH; install Debian's nginx-light, wrk and nghttp2-client")
    ports = {name: free_port() for name in ("upstream", "nginx", "drover")}
    key, key_manifest = keygen(settings)
    script = folder / "post.lua"
    script.write_text(lua(key), encoding="utf-8")
    upstream = Nginx.upstream(folder / "upstream", ports["upstream"], {"/v1/models": MODELS, "/": REPLY})
    peer = Nginx.proxy(folder / "nginx", ports["nginx"], ports["upstream"])
    with upstream, peer, Daemon(settings.droverd, folder) as daemon:
        corpus.write(daemon.manifests, [*manifests(ports["upstream"]), ("key.yaml", key_manifest)])
        daemon.arguments += ["--gateway", f"127.0.0.1:{ports['drover']}"]
        daemon.start()
        daemon.wait_settled(1)
        ask(ports["drover"], key)
        rows = [throughput(ports, script, connections) for connections in CONNECTIONS]
        return rows + [latency(ports, folder, key)]


def keygen(settings: Settings) -> tuple[str, str]:
    """A key, and the manifest that knows it."""
    made = subprocess.run([settings.drover, "keygen", "load"], check=True, capture_output=True, text=True)
    return made.stderr.splitlines()[1], made.stdout


def manifests(upstream: int) -> list[tuple[str, str]]:
    """A priced model behind everything that can refuse a request, none of which ever does."""

    def text(kind: str, name: str, spec: str) -> str:
        return f"{corpus.API}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{spec}"

    provider = f"  type: custom\n  baseURL: http://127.0.0.1:{upstream}/v1\n"
    model = "  provider: local\n  desiredState: Loaded\n  contextWindow: 32768\n  maxTokens: 4096\n"
    model += "  cost: {inputTokens: 0.0005, outputTokens: 0.0015}\n"
    return [
        ("local.yaml", text("Provider", "local", provider)),
        ("bench.yaml", text("Model", "bench", model)),
        ("limit.yaml", text("RateLimit", "all", "  requestsPerMinute: 1000000000\n  per: AccessKey\n")),
        ("budget.yaml", text("Budget", "all", '  amount: "1000000000"\n  window: {period: Month}\n')),
    ]


def throughput(ports: dict[str, int], script: Path, connections: int) -> Row:
    rates: dict[str, list[float]] = {"nginx": [], "drover": []}
    for name in rates:
        wrk(ports[name], script, connections, 1)
    for _ in range(RUNS):
        for name, found in rates.items():
            found.append(wrk(ports[name], script, connections, SECONDS))
    ours, theirs = median(rates["drover"]), median(rates["nginx"])
    return Row(
        f"gateway, {connections} connections",
        f"≥ {GOAL_SHARE} of nginx",
        f"{ours:,.0f} requests/s",
        ours >= GOAL_SHARE * theirs,
        f"{ours / theirs:.2f} of nginx `proxy_pass` ({theirs:,.0f}/s)",
        figures={"requests_per_second": rates},
    )


def latency(ports: dict[str, int], folder: Path, key: str) -> Row:
    """What a request takes longer than at the upstream itself, at a rate that all of them can serve."""
    samples: dict[str, list[float]] = {"upstream": [], "nginx": [], "drover": []}
    for _ in range(3):
        for name, found in samples.items():
            found += h2load(ports[name], folder, key)
    base = {p: percentile(samples["upstream"], p) for p in (50, 99)}
    added = {n: {p: percentile(samples[n], p) - base[p] for p in (50, 99)} for n in ("nginx", "drover")}
    met = added["drover"][50] <= GOAL_ADDED_P50 and added["drover"][99] <= added["nginx"][99] + GOAL_ADDED_P99
    return Row(
        f"gateway, added latency at {RATE:,} requests/s",
        f"p50 ≤ {GOAL_ADDED_P50 * 1e6:.0f} µs, p99 ≤ nginx's + {GOAL_ADDED_P99 * 1e6:.0f} µs",
        f"p50 {added['drover'][50] * 1e6:.0f} µs, p99 {added['drover'][99] * 1e6:.0f} µs",
        met,
        f"nginx: p50 {added['nginx'][50] * 1e6:.0f} µs, p99 {added['nginx'][99] * 1e6:.0f} µs",
        figures={"added_s": added, "upstream_s": base},
    )


def wrk(port: int, script: Path, connections: int, seconds: int) -> float:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script)]
    command.append(f"http://127.0.0.1:{port}/v1/chat/completions")
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(f"requests failed: {' '.join(text.split())}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))


def h2load(port: int, folder: Path, key: str) -> list[float]:
    """Seconds that each request took."""
    clients, seconds = 20, 4
    body, log = folder / "body.json", folder / "h2load.log"
    body.write_text(REQUEST, encoding="utf-8")
    log.unlink(missing_ok=True)
    command = ["h2load", "--h1", f"-c{clients}", "-t1", f"-n{RATE * seconds}", f"--rps={RATE // clients}"]
    command += ["-H", f"authorization: Bearer {key}", "-H", "content-type: application/json", "-d", str(body)]
    command += [f"--log-file={log}", f"http://127.0.0.1:{port}/v1/chat/completions"]
    subprocess.run(command, check=True, capture_output=True)
    lines = [line.split("\t") for line in log.read_text(encoding="ascii").splitlines()]
    if len(lines) != RATE * seconds or any(status != "200" for _, status, _ in lines):
        raise RuntimeError(f"{sum(line[1] != '200' for line in lines)} of {len(lines)} requests failed")
    return [int(line[2]) / 1e6 for line in lines]


def lua(key: str) -> str:
    return (
        'wrk.method = "POST"\n'
        f"wrk.body = [==[{REQUEST}]==]\n"
        'wrk.headers["Content-Type"] = "application/json"\n'
        f'wrk.headers["Authorization"] = "Bearer {key}"\n'
    )


def ask(port: int, key: str) -> None:
    """Waits until the gateway answers as the upstream does."""
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(REQUEST)}\r\nconnection: close\r\n\r\n"
    deadline = time.monotonic() + 30
    answer = b""
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall((head + REQUEST).encode())
                answer = b"".join(iter(lambda: client.recv(65536), b""))
                if b" 200 " in answer[:20]:
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"the gateway does not serve: {answer[:400]!r}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
