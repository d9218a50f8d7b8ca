"""An OpenAI-compatible server that answers at once: run as its own process, so that it never waits for the runner.

    fake_provider.py MODELS.json

The file maps the first segment of a path to the model ids that are served below it: `GET /p0/v1/models`. The first
line on standard output is the port; each further one tells of a request: wall-clock nanoseconds, method, path, model.
It ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


class Server:
    """What is served, prepared once."""

    def __init__(self, models: dict[str, list[str]]) -> None:
        self.known = {name: frozenset(ids) for name, ids in models.items()}
        self.listings = {
            f"/{name}/v1/models": answer(200, {"object": "list", "data": [described(each) for each in ids]})
            for name, ids in models.items()
        }

    def reply(self, method: str, path: str, body: bytes, received: int) -> bytes:
        if method == "GET" and path in self.listings:
            self.tell(received, method, path, "-")
            return self.listings[path]
        _, name, *rest = path.split("/", 4)
        model = self.model_in(body)
        if method == "POST" and rest == ["v1", "chat", "completions"] and name in self.known:
            self.tell(received, method, path, model)
            if model in self.known[name]:
                return COMPLETION
        return answer(404, {"error": {"message": f"no model '{model}' at {path}", "code": "model_not_found"}})

    def model_in(self, body: bytes) -> str:
        try:
            return str(json.loads(body).get("model", ""))
        except (ValueError, AttributeError):
            return ""

    def tell(self, received: int, method: str, path: str, model: str) -> None:
        sys.stdout.write(f"{received} {method} {path} {model}\n")
        sys.stdout.flush()


def described(model: str) -> dict[str, Any]:
    return {"id": model, "object": "model", "created": 0, "owned_by": "bench"}


def answer(status: int, document: dict[str, Any]) -> bytes:
    body = json.dumps(document).encode()
    reason = "OK" if status == 200 else "Not Found"
    head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


COMPLETION = answer(
    200,
    {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": "bench",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    },
)


class Connection(asyncio.Protocol):
    """HTTP/1.1 with content-length, kept alive; enough for droverd's client."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.buffer = b""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        received = time.time_ns()
        self.buffer += data
        while (reply := self.next_reply(received)) is not None and self.transport:
            self.transport.write(reply)

    def next_reply(self, received: int) -> bytes | None:
        """The reply to the first request of the buffer; None until it is complete."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        length = 0
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        start = end + 4
        if len(self.buffer) < start + length:
            return None
        body = self.buffer[start : start + length]
        self.buffer = self.buffer[start + length :]
        method, path, _ = lines[0].split(" ", 2)
        return self.server.reply(method, path, body, received)


async def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        server = Server(json.load(file))
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=1024)
    print(listener.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
