"""runtime.console: every command speaks, fails and is quiet in the same way."""

import argparse
import importlib
import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime import console, reading
from runtime.errors import ThimbleError
from runtime.tasks.digits import TASK
from tests.test_docs import MODULES
from train import data

ROOT = Path(__file__).parents[1]
TWO = "runtime/examples/two.jpg"
MODEL = "runtime/models/nano/model.tflite"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set in MNIST's files: the embedded test digits."""
    test = data.split(data.embedded()).test
    folder = tmp_path_factory.mktemp("data")
    from PIL import Image

    for number, (image, label) in enumerate(zip(test.inputs[:60], test.labels, strict=False)):
        place = folder / str(label)
        place.mkdir(exist_ok=True)
        Image.fromarray(255 - image).save(place / f"{number}.png")
    return folder


def call(command: str, *words: object) -> int:
    """Run a command's main in this process."""
    module = importlib.import_module(command)
    return int(module.main([str(word) for word in words]))


def cells(text: str, row: str) -> list[str]:
    """The cells of the row of a table that starts with ``row``."""
    (line,) = [line for line in text.splitlines() if re.match(rf"\| {re.escape(row)} +\|", line)]
    return [cell.strip() for cell in line.strip("|").split("|")]


def both(capsys: Capture, command: str, *words: object) -> tuple[str, Any]:
    """What a command shows, and its JSON; with --quiet it shows nothing."""
    call(command, *words)
    text = capsys.readouterr().out
    call(command, *words, "--json")
    content = json.loads(capsys.readouterr().out)
    call(command, *words, "--quiet")
    assert capsys.readouterr() == ("", "")
    return text, content


def test_predict(capsys: Capture) -> None:
    """--json equals the table, but for the time."""
    text, content = both(capsys, "runtime.predict", TWO)
    (picture,) = content["pictures"]
    expected = [TWO, picture["label"], f"{picture['probability']:.1%}"]
    assert cells(text, TWO)[:3] == expected
    assert picture["label"] == "2"


def test_evaluate(capsys: Capture, pictures: Path) -> None:
    """--json equals the table: counts and shares of each class."""
    text, content = both(capsys, "runtime.evaluate", "--data", pictures, "--model", "nano")
    for label, counts, share in zip(
        content["labels"], content["confusion"], content["per_class"], strict=True
    ):
        assert cells(text, label) == [label, *map(str, counts), f"{share:.2%}"]
    assert f"accuracy {100 * content['accuracy']:.2f} %" in text


def test_compiler(capsys: Capture, tmp_path: Path) -> None:
    """--json equals the tables: of what was written, and of --estimate."""
    text, content = both(capsys, "convert.compiler.__main__", MODEL, "--out", tmp_path)
    assert cells(text, "RAM: arena")[1] == f"{content['ram']:,}"
    assert cells(text, "flash: tables")[1] == f"{content['flash']:,}"
    assert all(Path(file).is_file() for file in content["files"])
    text, content = both(capsys, "convert.compiler.__main__", MODEL, "--estimate")
    total = cells(text, "total")
    assert total[2] == f"{sum(step['macs'] for step in content['steps']):,}"
    assert total[6:8] == [f"{content['flash']:,}", f"{content['ram']:,}"]


def test_check_of_the_compiler(capsys: Capture, pictures: Path) -> None:
    """--json equals the table of differing bytes."""
    options = (MODEL, "--check", "5", "--data", pictures)
    text, content = both(capsys, "convert.compiler.__main__", *options)
    rows = [line.split("|")[1:-1] for line in text.splitlines()[2:] if "|" in line]
    shown = [[cell.strip() for cell in row] for row in rows]
    assert [[row[0], *row[2:]] for row in shown] == [
        [row["mode"], *(str(row[key]) for key in ("inputs", "differing", "inputs_differing"))]
        for row in content
    ]


def test_carray(capsys: Capture, tmp_path: Path) -> None:
    """--json equals the table."""
    text, content = both(capsys, "convert.carray", MODEL, "--out", tmp_path)
    assert cells(text, "model_data")[1] == f"{content['bytes']:,}"
    assert content["bytes"] == (ROOT / MODEL).stat().st_size


def test_benchmark(capsys: Capture) -> None:
    """--json has what the table has, measured again."""
    text, (content,) = both(capsys, "runtime.benchmark", "nano", "--runs", "1")
    assert cells(text, "nano")[1] == content["dtype"]
    assert cells(text, "nano")[2].startswith(f"{content['file_bytes'] / 1e3:.1f} kB")


@pytest.mark.parametrize("module", MODULES)
def test_every_command_takes_json_and_quiet(module: str, capsys: Capture) -> None:
    """One of them, and what is not understood is one line with status 2."""
    parser = importlib.import_module(module).parser()
    options = {option for action in parser._actions for option in action.option_strings}
    assert {"--json", "--quiet"} <= options
    for words in (["--json", "--quiet"], ["--no-such-option"]):
        with pytest.raises(SystemExit) as caught:
            parser.parse_args(words)
        assert caught.value.code == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith("error: ")
        assert shown.err.count("\n") == 1


def choices() -> Iterator[tuple[str, argparse.Action]]:
    """Every option of every command that offers some words."""
    for module in MODULES:
        for action in importlib.import_module(module).parser()._actions:
            if action.choices and action.option_strings:
                yield module, action


def test_a_word_that_is_not_offered_is_told_those_that_are(capsys: Capture) -> None:
    """For every option of every command, words that other options take included."""
    found = list(choices())
    assert {"--target", "--core", "--match", "--task"} <= {a.option_strings[0] for _, a in found}
    for module, action in found:
        offered, option = list(map(str, action.choices or ())), action.option_strings[0]
        for word in ("cortexm4", "generic"):
            if word in offered:
                continue
            with pytest.raises(SystemExit) as caught:
                importlib.import_module(module).parser().parse_args([option, word])
            assert caught.value.code == 2
            shown = capsys.readouterr().err
            assert f"'{word}' is none of {', '.join(offered)}" in shown
            assert shown.count("\n") == 1
            assert ("did you mean cortex-m4?" in shown) == (
                word == "cortexm4" and "cortex-m4" in offered
            )


def test_every_word_that_is_offered_is_taken() -> None:
    """As what it stands for."""
    for module, action in choices():
        for one in action.choices or ():
            assert importlib.import_module(module).parser()._get_value(action, str(one)) is one


def test_quiet_still_fails_loudly(capsys: Capture) -> None:
    """Errors are no news to be left out."""
    with pytest.raises(ThimbleError, match="nowhere"):
        call("runtime.predict", "--quiet", "--model", "nowhere", TWO)
    assert capsys.readouterr().out == ""


def on_a_terminal(code: str, **env: str) -> str:
    """What Python code shows on a terminal."""
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 80))
    variables = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    variables |= {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | env
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdin=follower, stdout=follower, stderr=follower, env=variables, check=False,
    )  # fmt: skip
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 1 << 16):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(leader)
    assert done.returncode == 0
    return shown.decode()


TABLE = (
    "from runtime import console\n"
    "console.finish(console.table(('a', 'b'), [('1', '2'), ('3', '4 <--')]), None)\n"
    "console.fail(ValueError('no'))\n"
)


def test_colour_is_for_terminals() -> None:
    """Headers, marked rows and the word error; not with NO_COLOR, not on a dumb terminal."""
    plain = "| a |     b |\r\n|:--|------:|\r\n| 1 |     2 |\r\n| 3 | 4 <-- |\r\nerror: no\r\n"
    shown = on_a_terminal(TABLE)
    assert "\x1b[1m| a |     b |\x1b[0m" in shown
    assert "\x1b[33m| 3 | 4 <-- |\x1b[0m" in shown
    assert "\x1b[31merror:\x1b[0m no" in shown
    assert re.sub(r"\x1b\[\d+m", "", shown) == plain
    assert on_a_terminal(TABLE, NO_COLOR="1") == plain
    assert on_a_terminal(TABLE, TERM="dumb") == plain
    piped = subprocess.run(
        [sys.executable, "-c", TABLE], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert piped.stdout + piped.stderr == plain.replace("\r", "")


BAR = (
    "import time\n"
    "from runtime import console\n"
    "console._output = console.Output.{}\n"
    "for _ in console.progress(range(4), 'layers'): time.sleep(0.15)\n"
)


def test_progress_shows_time_left_on_a_terminal() -> None:
    """How much is done, of how much, and how long it takes yet; --quiet hides it."""
    shown = on_a_terminal(BAR.format("TEXT"))
    assert re.search(r"layers:  75%.*3/4 \[00:00<00:00", shown)
    assert on_a_terminal(BAR.format("QUIET")) == ""
    piped = subprocess.run(
        [sys.executable, "-c", BAR.format("TEXT")], capture_output=True, check=True, cwd=ROOT
    )
    assert (piped.stdout, piped.stderr) == (b"", b"")


def test_a_process_that_is_killed_while_it_shows_progress_leaves_nothing(tmp_path: Path) -> None:
    """No semaphore, of which Python would complain when its parent ends."""
    program = tmp_path / "parent.py"
    program.write_text(
        "import multiprocessing, os, signal\n"
        "from runtime import console\n"
        "def child():\n"
        "    list(console.progress(range(4), 'layers'))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "if __name__ == '__main__':\n"
        "    one = multiprocessing.get_context('spawn').Process(target=child)\n"
        "    one.start()\n"
        "    one.join()\n"
    )
    done = subprocess.run(
        [sys.executable, program], capture_output=True, check=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (b"", b"")


def test_json_is_strict(capsys: Capture) -> None:
    """NaN is not JSON: a figure that is none must be null."""
    console.parse(console.Parser("x"), ["--json"])
    with pytest.raises(ValueError, match="JSON"):
        console.finish("", {"value": np.nan})
    console.parse(console.Parser("x"), [])
    console.note("after")
    assert capsys.readouterr().out == "after\n"


def test_tables_of_data_are_read(pictures: Path) -> None:
    """The folder that these tests evaluate on holds every class."""
    assert reading.judged_on(TASK, pictures).names == tuple("0123456789")


def test_a_table_keeps_its_rows() -> None:
    """Whatever a file's name holds."""
    shown = console.table(("file", "digit"), [("a\nb\x1b[2J.png", "1")])
    assert shown.splitlines()[2:] == [r"| a\nb\x1b[2J.png |     1 |"]
