"""The app's server: what it sends, what it refuses, and what its command says."""

import gzip
import http.client
import json
import re
import socket
import ssl
import struct
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from runtime.errors import OutputError
from runtime.web.__main__ import main
from runtime.web.server import Server
from tests.conftest import ROOT
from tests.web.conftest import Site


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a page and a secret beside it."""
    (tmp_path / "secret.json").write_text("no")
    app = tmp_path / "app"
    app.mkdir()
    (app / "index.html").write_text("<!doctype html><title>x</title>" * 50)
    (app / "a.wasm").write_bytes(b"\0asm")
    (app / "version.js").write_text("")
    (app / "notes.txt").write_text("not of the app")
    return app


def ask(
    site: Site, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    line = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=10)
    line.request(method, path, headers=headers)
    response = line.getresponse()
    content = response.read()
    line.close()
    return response, content


@pytest.fixture
def served(small: Path) -> Site:
    site = Site(small)
    yield site
    site.stop()


def test_files_have_their_types_and_travel_compressed(served: Site) -> None:
    """WebAssembly as browsers want it, gzip where they take it, nothing sent twice."""
    response, content = ask(served, "/a.wasm")
    assert response.getheader("Content-Type") == "application/wasm"
    assert content == b"\0asm"
    response, _ = ask(served, "/version.js")
    assert "default-src 'none'" in str(response.getheader("Content-Security-Policy"))
    response, content = ask(served, "/", **{"Accept-Encoding": "gzip"})
    page = (served.app / "index.html").read_bytes()
    assert gzip.decompress(content) == page
    assert len(content) < len(page)
    tag = response.getheader("ETag")
    response, content = ask(served, "/", **{"If-None-Match": str(tag)})
    assert (response.status, content) == (304, b"")
    response, content = ask(served, "/", "HEAD")
    assert (response.getheader("Content-Length"), content) == (str(len(page)), b"")


@pytest.mark.parametrize(
    "path", ["/../secret.json", "/..%2fsecret.json", "/notes.txt", "/nothing.js", "//etc/passwd"]
)
def test_nothing_else_is_served(served: Site, path: str) -> None:
    """Only files of the app, in its own folder."""
    response, content = ask(served, path)
    assert response.status == 404
    assert content != b"no"


def test_https(small: Path, tmp_path: Path) -> None:
    """With a certificate the app comes over https."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-days", "1", "-subj", "/CN=localhost", "-out", cert, "-keyout", key]
    subprocess.run([*words, "-addext", "subjectAltName=DNS:localhost"], check=True)
    site = Site(small, cert, key)
    context = ssl.create_default_context(cafile=str(cert))
    port = site.server.server_port
    line = http.client.HTTPSConnection("localhost", port, context=context, timeout=10)
    line.request("GET", "/a.wasm")
    assert line.getresponse().read() == b"\0asm"
    site.stop()


def test_the_command_says_where(small: Path) -> None:
    """The address is printed, and the page is there."""
    words = [
        sys.executable,
        "-m",
        "runtime.web",
        "--app",
        small,
        "--port",
        "0",
        "--local",
        "--json",
    ]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        text = "".join(process.stdout.readline() for _ in range(4))
        url = json.loads(text)["local"]
        line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        line.request("GET", "/")
        assert line.getresponse().status == 200
        process.terminate()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--app", "nowhere"], r"nowhere has no web app: make it with `make web`"),
        (["--cert", "nope.pem"], r"nope.pem cannot be used as a certificate"),
        (["--key", "nope.pem"], r"--key needs its certificate"),
    ],
)
def test_wrong_options_are_told(small: Path, arguments: list[str], says: str) -> None:
    """One line that says what to do."""
    words = arguments if "--app" in arguments else ["--app", str(small), *arguments]
    with pytest.raises(OutputError, match=says):
        main([*words, *([] if "--port" in words else ["--port", "0"])])


def test_taken_port_is_told(served: Site) -> None:
    """Another server on the port is no traceback."""
    with pytest.raises(OutputError, match=re.escape("choose another")):
        Server(served.app, "127.0.0.1", served.server.server_port)


def test_clients_that_hang_up_are_no_news(served: Site, capfd: pytest.CaptureFixture[str]) -> None:
    """In the middle of a request, or without taking the answer."""
    (served.app / "large.wasm").write_bytes(b"\0" * 20_000_000)
    place = urlsplit(served.url)
    for request in (
        b"",
        b"GE",
        b"GET /large.wasm HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01nonsense\r\n\r\n",
    ):
        for _ in range(5):
            line = socket.create_connection((place.hostname, place.port))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.sendall(request)
            line.close()  # with a reset
    response, _ = ask(served, "/a.wasm")
    assert response.status == 200
    time.sleep(0.2)
    assert capfd.readouterr().err == ""


def test_the_slow_and_the_many_do_not_stop_it(served: Site) -> None:
    """Three hundred clients that say nothing, or only half a line, and one that asks."""
    place = urlsplit(served.url)
    silent = [socket.create_connection((place.hostname, place.port)) for _ in range(300)]
    for line in silent[::2]:
        line.sendall(b"GET /a.w")
    response, content = ask(served, "/a.wasm")
    assert (response.status, content) == (200, b"\0asm")
    for line in silent:
        line.close()


def test_links_do_not_lead_outside(served: Site) -> None:
    """A link in the folder to a file beside it is not found."""
    (served.app / "link.json").symlink_to(served.app.parent / "secret.json")
    (served.app / "b.wasm").symlink_to(served.app / "a.wasm")
    assert ask(served, "/link.json")[0].status == 404
    assert ask(served, "/b.wasm")[0].status == 200
