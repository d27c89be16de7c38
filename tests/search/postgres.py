"""A PostgreSQL server for the tests: Debian's, with an empty database, gone when they end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"  # Debian's; the server refuses to run as root


@contextmanager
def served(*options: str) -> Iterator[str]:
    """The URL of a database, by a Unix socket; ``options`` are settings, ``name=value``."""
    folder = Path(tempfile.mkdtemp(prefix="search-", dir="/tmp"))
    if os.geteuid() == 0:
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", *options]
    words = " ".join(f"-c {one}" for one in settings)
    _as_user("initdb", "--auth=trust", f"--username={USER}", "--no-sync", "-D", str(data))
    try:
        log = str(folder / "log")
        _as_user("pg_ctl", "start", "-w", "-D", str(data), "-l", log, "-o", words)
        yield f"postgresql+psycopg://{USER}@/postgres?host={folder}"
    finally:
        _as_user("pg_ctl", "stop", "-m", "immediate", "-D", str(data), check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(program: str, *words: str, check: bool = True) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    assert found, "PostgreSQL is not installed: run tests/tools.sh"
    command = [str(found[-1]), *words]
    if os.geteuid() == 0:
        command = ["runuser", "-u", USER, "--", *command]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
