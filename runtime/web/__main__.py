"""Serve the web app: ``python -m runtime.web``.

Prints the address for this computer, and the one for a phone in the same network as a QR code. A
browser lets a page use the camera, be installed and work offline only over https or on the
computer itself: give a certificate that the phone trusts with --cert and --key, or put the folder
on any host with https.
"""

import argparse
import io
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import segno

from runtime import console, numbers
from runtime.errors import OutputError
from runtime.web.server import Server

APP = Path("build/web")


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m runtime.web``."""
    result = console.Parser("python -m runtime.web", description=__doc__)
    result.add_argument("--app", type=Path, default=APP, metavar="DIR", help=f"default: {APP}")
    result.add_argument(
        "--port", type=numbers.whole(0, 65535), default=8000, help="default: 8000; 0: any free one"
    )
    result.add_argument("--local", action="store_true", help="let only this computer connect")
    result.add_argument("--cert", type=Path, metavar="PEM", help="a certificate, for https")
    result.add_argument("--key", type=Path, metavar="PEM", help="its private key")
    return result


def address() -> str | None:
    """The computer's address in its network; None when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # of a network that does not exist; nothing is sent
        except OSError:
            return None
        name: str = probe.getsockname()[0]
        return name


def _told(local: str, outside: str | None) -> str:
    lines = [f"{local}  on this computer"]
    if outside:
        code = io.StringIO()
        segno.make(outside).terminal(code, compact=True)
        lines += [f"{outside}  on a phone in the same network:", code.getvalue()]
        if outside.startswith("http:"):
            lines.append(
                "Without https a phone draws and opens files, but has no camera and no sensors, "
                "and does not work offline: see --help."
            )
    return "\n".join([*lines, "Ctrl-C ends it."])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    if not (options.app / "version.js").is_file():
        raise OutputError(f"{options.app} has no web app: make it with `make web`")
    if options.key and not options.cert:
        raise OutputError("--key needs its certificate: give --cert too")
    host = "127.0.0.1" if options.local else ""
    with Server(options.app, host, options.port, options.cert, options.key) as server:
        scheme, name = "https" if options.cert else "http", None if options.local else address()
        local = f"{scheme}://localhost:{server.server_port}/"
        outside = f"{scheme}://{name}:{server.server_port}/" if name else None
        console.finish(_told(local, outside), {"local": local, "network": outside})
        sys.stdout.flush()
        server.serve_forever()
    return 0


if __name__ == "__main__":
    console.run(main)
