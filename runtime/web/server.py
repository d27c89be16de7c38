"""A web server for the app: static files, compressed, with the headers that they should have."""

import gzip
import hashlib
import ssl
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runtime import console
from runtime.errors import OutputError

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".png": "image/png",
}
POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""What scripts may do; a worker obeys this alone, not the page's own policy."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


PATIENCE = 10
"""Seconds that a client may be silent, in a handshake or a request, before it is hung up on."""


class Server(ThreadingHTTPServer):
    """Serves the files of a folder as they are at each request.

    Each client has a thread of its own, so that none waits for another.

    Raises OutputError when the port is taken or the certificate cannot be used.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, app: Path, host: str, port: int, cert: Path | None = None, key: Path | None = None
    ) -> None:
        self.app = app
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise OutputError(f"port {port} cannot be used ({error}): choose another") from error
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            try:
                context.load_cert_chain(cert, key)
            except OSError as error:
                self.server_close()
                raise OutputError(f"{cert} cannot be used as a certificate: {error}") from error
            # The handshake is the client's thread's, which a slow one may keep waiting.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Say nothing of clients that hang up or do not keep to the protocol; else one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError | EOFError):
            console.fail(f"{client_address[0]}: {type(error).__name__}: {error}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: Server

    def setup(self) -> None:
        """Finish the handshake where there is one."""
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def do_GET(self) -> None:
        """Answer with a file of the folder; there are no folders in it."""
        name = urlsplit(self.path).path.removeprefix("/") or "index.html"
        path = self.server.app / name
        kind = TYPES.get(path.suffix)
        if kind is None or "/" in name or "\\" in name or not self._is_inside(path):
            self._send(HTTPStatus.NOT_FOUND, b"not found\n", {"Content-Type": "text/plain"})
            return
        content = path.read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"Content-Type": kind, "ETag": tag, "Cache-Control": "no-cache", **HEADERS}
        if path.suffix == ".js":
            headers["Content-Security-Policy"] = POLICY
        if self.headers.get("If-None-Match") == tag:
            self._send(HTTPStatus.NOT_MODIFIED, b"", headers)
            return
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in self.headers.get("Accept-Encoding", "") and path.suffix != ".png":
            content = gzip.compress(content, 9, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self._send(HTTPStatus.OK, content, headers)

    def _is_inside(self, path: Path) -> bool:
        """Whether it is a file of the folder, also when links are followed."""
        return path.is_file() and path.resolve().parent == self.server.app.resolve()

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def _send(self, status: HTTPStatus, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing: the terminal shows the address."""
