"""A server of files for those that fetch them, which breaks off, refuses or lies as it is told."""

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Shelf(ThreadingHTTPServer):
    """Serves `files` by their last name, else `body`; breaks off after `cut` bytes where told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = b""
        self.files: dict[str, bytes] = {}
        self.cut: int | None = None
        self.ranges = True
        self.chunked = False
        self.refuses = False
        self.asked: list[str | None] = []
        self.paths: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Shelf
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        shelf = self.server
        shelf.paths.append(self.path)
        self.close_connection = True
        body = shelf.files.get(self.path.rpartition("/")[2], shelf.body)
        wanted = self.headers.get("Range") if shelf.ranges else None
        shelf.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if shelf.refuses:
            self.send_error(407)
        elif wanted and start >= len(body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(body)}")
            self.end_headers()
        else:
            self._serve(body, start, 206 if wanted else 200)

    def _serve(self, body: bytes, start: int, status: int) -> None:
        self.send_response(status)
        if self.server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(f"{len(body):x}\r\n".encode())
        else:
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
        self.wfile.write(body[start : self.server.cut])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        return


@contextmanager
def served() -> Iterator[Shelf]:
    """Yields a shelf that serves until the block ends."""
    server = Shelf()
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield server
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def zipped(files: dict[str, bytes]) -> bytes:
    """Returns a ZIP of these files, not packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()
