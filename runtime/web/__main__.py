"""Serve the web app: ``python -m runtime.web``.

Prints the address for this computer, and the one for a phone in the same network as a QR code. A
browser lets a page use the camera, be installed and work offline only over https or on the
computer itself: give a certificate that the phone trusts with --cert and --key, or put the folder
on any host with https.
"""

import argparse
import socket
from collections.abc import Sequence
from pathlib import Path

import segno

from runtime import console
from runtime.errors import OutputError
from runtime.web.server import Server

APP = Path("build/web")


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m runtime.web``."""
    result = argparse.ArgumentParser("python -m runtime.web", description=__doc__)
    result.add_argument("--app", type=Path, default=APP, metavar="DIR", help=f"default: {APP}")
    result.add_argument("--port", type=int, default=8000, help="default: 8000; 0: any free one")
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = parser().parse_args(argv)
    if not (options.app / "version.js").is_file():
        raise OutputError(f"{options.app} has no web app: make it with `make web`")
    host = "127.0.0.1" if options.local else ""
    with Server(options.app, host, options.port, options.cert, options.key) as server:
        scheme = "https" if options.cert else "http"
        print(f"{scheme}://localhost:{server.server_port}/  on this computer", flush=True)
        name = None if options.local else address()
        if name:
            url = f"{scheme}://{name}:{server.server_port}/"
            print(f"{url}  on a phone in the same network:\n")
            segno.make(url).terminal(compact=True)
            if not options.cert:
                print(
                    "\nWithout https a phone draws and opens pictures, but has no camera and does "
                    "not work offline: see --help."
                )
        print("\nCtrl-C ends it.", flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    console.run(main)
