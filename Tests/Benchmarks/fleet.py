"""Fleets for droverd: models at fake providers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import corpus

API = corpus.API


@dataclass(frozen=True)
class FleetShape:
    """`loaded` models of each provider are Loaded; the others are OnDemand and Unloaded in turn."""

    models: int
    providers: int
    loaded: int
    health: str = "10s"

    @property
    def per_provider(self) -> int:
        return self.models // self.providers

    def provider(self, number: int) -> str:
        return f"p{number}"

    def model(self, provider: int, number: int) -> str:
        return f"m-{provider}-{number:05}"

    def served(self) -> dict[str, list[str]]:
        """What the fake provider is to serve; each Loaded model has a second id, for edits."""
        served = {}
        for provider in range(self.providers):
            names = [self.model(provider, number) for number in range(self.per_provider)]
            served[self.provider(provider)] = names + [f"{name}-b" for name in names[: self.loaded]]
        return served

    def files(self, port: int) -> Iterator[tuple[str, str]]:
        yield "fleet.yaml", corpus.FLEET.replace("  defaultProvider: local\n", "")
        for provider in range(self.providers):
            name = self.provider(provider)
            spec = (
                f"{API}\nkind: Provider\nmetadata: {{name: {name}}}\nspec:\n  type: custom\n"
                f"  baseURL: http://127.0.0.1:{port}/{name}/v1\n  health: {{interval: {self.health}}}\n"
            )
            yield f"providers/{name}.yaml", spec
            for number in range(self.per_provider):
                model = self.model(provider, number)
                yield self.path(provider, number), self.text(provider, number, model)

    def path(self, provider: int, number: int) -> str:
        return f"models/{self.provider(provider)}/{self.model(provider, number)}.yaml"

    def text(self, provider: int, number: int, model_id: str) -> str:
        state = "Loaded" if number < self.loaded else ["OnDemand", "Unloaded"][number % 2]
        return (
            f"{API}\nkind: Model\nmetadata:\n  name: {self.model(provider, number)}\n"
            f"  labels: {{team: {corpus.TEAMS[number % 5]}, tier: local}}\nspec:\n"
            f"  provider: {self.provider(provider)}\n  modelID: {model_id}\n"
            f"  displayName: Model {number} of provider {provider}\n  version: 1.{number % 10}.0\n"
            f"  contextWindow: 32768\n  maxTokens: 4096\n  capabilities: [chat_completion, streaming]\n"
            f"  tags: [bench, production]\n  desiredState: {state}\n"
        )

    def write(self, folder: Path, port: int) -> None:
        corpus.write(folder, self.files(port))
