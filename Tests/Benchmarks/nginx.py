"""nginx as an upstream that always answers the same, and as a plain proxy before it."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType


class Nginx:
    """One nginx with its own folder."""

    def __init__(self, folder: Path, port: int, workers: str, http: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = port
        (folder / "nginx.conf").write_text(
            f"worker_processes {workers};\npid {folder}/pid;\nerror_log {folder}/error.log;\ndaemon off;\n"
            "events { worker_connections 4096; }\n"
            "http {\n  access_log off;\n  keepalive_requests 1000000000;\n  default_type application/json;\n"
            f"  client_body_temp_path {folder}/body;\n  proxy_temp_path {folder}/proxy;\n"
            f"  fastcgi_temp_path {folder}/fastcgi;\n  uwsgi_temp_path {folder}/uwsgi;\n  scgi_temp_path {folder}/scgi;\n"
            f"{http}}}\n",
            encoding="utf-8",
        )
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    def upstream(cls, folder: Path, port: int, replies: dict[str, str]) -> Nginx:
        places = "".join(f"    location {path} {{ return 200 '{text}'; }}\n" for path, text in replies.items())
        return cls(folder, port, "1", f"  server {{\n    listen 127.0.0.1:{port} backlog=4096;\n{places}  }}\n")

    @classmethod
    def proxy(cls, folder: Path, port: int, upstream: int) -> Nginx:
        http = f"  upstream far {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}\n"
        http += f"  server {{\n    listen 127.0.0.1:{port} backlog=4096;\n    location / {{\n"
        http += "      proxy_pass http://far;\n      proxy_http_version 1.1;\n"
        http += '      proxy_set_header Connection "";\n    }\n  }\n'
        return cls(folder, port, "auto", http)

    def __enter__(self) -> Nginx:
        command = ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"nginx does not start; see {self.folder}/error.log") from None
                time.sleep(0.02)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=10)
