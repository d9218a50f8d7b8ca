"""Manifests as an operator of many models would have them: one model a file, several providers, the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

SEED = 20260101
API = "apiVersion: drover.dev/v1alpha1"

FLEET = f"""# Settings of the whole fleet.
{API}
kind: Fleet
metadata:
  name: fleet
spec:
  timeZone: UTC
  defaultProvider: local
  loading:
    maxLoadedModels: 100000
"""

PROVIDERS = {
    "openai": "type: openai\n  secret: openai",
    "claude": "type: claude\n  secret: claude",
    "local": """type: llama.cpp
  mode: Managed
  managed:
    runtime: llama-server
    ports: {from: 18000, to: 18999}
    pools:
      host: {limit: 64GiB}
  health:
    interval: 10s
    failureThreshold: 3""",
    "gpu": "type: llama.cpp\n  mode: External\n  baseURL: http://127.0.0.1:8080",
    "ollama": "type: ollama\n  baseURL: http://127.0.0.1:11434",
    "lab": """type: custom
  baseURL: http://127.0.0.1:8001/v1
  timeouts:
    connect: 2s
    load: 2m""",
}

FAMILIES = ["llama-3", "qwen-3", "gemma-3", "mistral-small", "phi-4", "gpt-5", "claude-haiku", "deepseek-r1"]
SIZES = ["1b", "3b", "8b", "14b", "32b", "70b"]
QUANTIZATIONS = ["Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0"]
CAPABILITIES = ["text_generation", "chat_completion", "function_calling", "vision", "streaming", "json_mode"]
TEAMS = ["search", "support", "payments", "research", "platform"]
TAGS = ["production", "staging", "self-hosted", "long-context", "cheap", "eval"]


def catalogue(files: int) -> Iterator[tuple[str, str]]:
    """Path and text of exactly `files` manifests: the fleet, its providers, and models."""
    yield "fleet.yaml", FLEET
    for name, spec in PROVIDERS.items():
        yield f"providers/{name}.yaml", f"{API}\nkind: Provider\nmetadata:\n  name: {name}\nspec:\n  {spec}\n"
    chance = random.Random(SEED)
    for number in range(files - 1 - len(PROVIDERS)):
        provider = chance.choice(list(PROVIDERS))
        name = f"{chance.choice(FAMILIES)}-{chance.choice(SIZES)}-{number:05}"
        yield f"models/{provider}/{name}.yaml", model(name, provider, number, chance)


def model(name: str, provider: str, number: int, chance: random.Random) -> str:
    """One Model, with the fields that people write."""
    team = chance.choice(TEAMS)
    context = chance.choice([8192, 32768, 128000])
    lines = [
        f"# Owned by {team}; ask in #{team}-models before editing.",
        API,
        "kind: Model",
        "metadata:",
        f"  name: {name}",
        "  labels:",
        f"    tier: {'local' if provider == 'local' else 'hosted'}",
        f"    team: {team}",
        "  annotations:",
        f'    example.com/ticket: "OPS-{1000 + number}"',
        "spec:",
        f"  provider: {provider}",
        f"  modelID: {name}-instruct",
        f"  displayName: {name.replace('-', ' ').title()}",
        f"  version: {chance.randint(1, 4)}.{chance.randint(0, 9)}.0",
        f"  aliases: [{team}-{number:05}]",
        f"  contextWindow: {context}",
        f"  maxTokens: {chance.choice([2048, 4096, 8192])}",
        "  capabilities:",
        f"    add: [{', '.join(chance.sample(CAPABILITIES, 3))}]",
        f"  tags: [{', '.join(chance.sample(TAGS, 2))}]",
        f"  desiredState: {chance.choice(['Loaded', 'OnDemand', 'OnDemand', 'Unloaded'])}",
    ]
    if provider in ("openai", "claude"):
        lines += [
            "  cost:",
            f'    inputTokens: "0.00{chance.randint(10, 99)}"',
            f'    outputTokens: "0.0{chance.randint(10, 99)}"',
            "    currency: USD",
            "    per: 1000",
            "  rateLimit:",
            f"    requestsPerMinute: {chance.choice([60, 500, 1000])}",
            f"    tokensPerMinute: {chance.choice([100000, 2000000])}",
        ]
    if provider == "local":
        quantization = chance.choice(QUANTIZATIONS)
        lines += [
            "  llamaCpp:",
            f"    file: {name}.{quantization}.gguf",
            f"    quantization: {quantization}",
            "    context:",
            f"      perRequest: {context}",
            f"      slots: {chance.randint(1, 8)}",
            "    gpuLayers: Auto",
        ]
    return "\n".join(lines) + "\n"


def write(folder: Path, files: Iterable[tuple[str, str]]) -> list[str]:
    """Writes manifests below a new folder; returns their paths."""
    paths = []
    for path, text in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def edited(files: Iterator[tuple[str, str]], total: int, count: int) -> Iterator[tuple[str, str]]:
    """The same manifests with `count` models edited, in fields of each change class."""
    chosen = random.Random(SEED + 1).sample(range(len(PROVIDERS) + 1, total), count)
    turns = {number: turn for turn, number in enumerate(chosen)}
    edits = [("version: ", "version: 9"), ("modelID: ", "modelID: new-"), ("  tags: [", "  tags: [edited, ")]
    for number, (path, text) in enumerate(files):
        if number in turns:
            old, new = edits[turns[number] % len(edits)]
            text = text.replace(old, new, 1)
        yield path, text
