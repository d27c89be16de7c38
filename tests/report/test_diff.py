"""``python -m convert.report --diff``: each change gets its name, and too much of it status 1."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convert.report import __main__ as command
from convert.report.diff import Limits, compare
from runtime.errors import DataError, GateError

Report = dict[str, Any]


@pytest.fixture
def diff(found: Report, tmp_path: Path) -> Callable[..., None]:
    """Change the new report by a function, and compare it with what it was."""

    def call(change: Callable[[Report], object], *more: str) -> None:
        new = copy.deepcopy(found)
        change(new)
        for name, content in (("old", found), ("new", new)):
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        words = ["--diff", str(tmp_path / "old.json"), str(tmp_path / "new.json"), *more]
        assert command.main(words) == 0

    return call


def accuracy(points: float) -> Callable[[Report], object]:
    def change(report: Report) -> None:
        report["judged"][0]["int8"]["accuracy"] += points / 100

    return change


def swept(measure: str, *, old: float, new: float) -> tuple[Report, Report]:
    """Two curves of one change."""

    def one(value: float) -> Report:
        curve = {"change": "noise", "unit": "of 1", "strengths": [0, 1]}
        curve |= {"float": [value, value], "int8": [value, value]}
        return {"data": "some", "images": 4, "measure": measure, "curves": [curve]}

    return one(old), one(new)


@pytest.mark.parametrize(
    ("measure", "name", "verdict"),
    [
        ("accuracy", "mean accuracy under noise, int8", "better"),
        ("mean absolute error", "mean absolute error under noise, int8", "worse"),
    ],
)
def test_more_of_an_error_is_worse(found: Report, measure: str, name: str, verdict: str) -> None:
    """And more of an accuracy is better."""
    before, after = (found | {"robustness": one} for one in swept(measure, old=0.5, new=0.75))
    (change,) = compare(before, after, Limits(1.0, 0.1))
    assert (change.name, change.verdict, change.beyond) == (name, verdict, verdict == "worse")


def cost(name: str, factor: float) -> Callable[[Report], object]:
    """Multiply what the plain C costs."""

    def change(report: Report) -> None:
        row = report["costs"]["targets"][0]
        row[name] = round(row[name] * factor)

    return change


@pytest.mark.parametrize(
    ("change", "figure", "verdict"),
    [
        (accuracy(+0.5), "accuracy, int8", "better"),
        (accuracy(-0.05), "accuracy, int8", "worse"),
        (cost("flash", 1.005), "flash, generic speed, bytes", "bigger"),
        (cost("flash", 0.5), "flash, generic speed, bytes", "smaller"),
        (cost("ram", 0.5), "RAM, generic speed, bytes", "smaller"),
        (cost("instructions", 1.005), "instructions, generic speed, estimated", "slower"),
        (cost("instructions", 0.5), "instructions, generic speed, estimated", "faster"),
    ],
)
def test_changes_are_called_what_they_are(
    diff: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Report], object],
    figure: str,
    verdict: str,
) -> None:
    """One row with the figure, and the count at the top."""
    diff(change)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"nano to nano: 1 {verdict}, ")
    (row,) = (line for line in lines if line.startswith(f"| {figure} "))
    assert row.split("|")[-2].strip() == verdict


def test_json_has_the_rows_of_the_table(
    diff: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """With --json the changes are the only output."""
    diff(cost("ram", 0.5), "--json")
    (row,) = json.loads(capsys.readouterr().out)["changes"]
    assert (row["name"], row["verdict"]) == ("RAM, generic speed, bytes", "smaller")


def test_nothing_changed(diff: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    """Then there is no table."""
    diff(lambda _: None)
    told = capsys.readouterr().out
    assert "unchanged" in told
    assert "|" not in told


@pytest.mark.parametrize(
    ("change", "option", "value"),
    [
        (accuracy(-0.3), "--max-drop", "0.31"),
        (cost("flash", 1.05), "--tolerance", "5.1"),
        (cost("ram", 1.05), "--tolerance", "5.1"),
        (cost("instructions", 1.05), "--tolerance", "5.1"),
    ],
)
def test_too_much_is_an_error_unless_it_is_let_pass(
    diff: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Report], object],
    option: str,
    value: str,
) -> None:
    """The row is marked, and the option that widens the limit lets it pass."""
    with pytest.raises(GateError, match="worse than is allowed"):
        diff(change)
    assert "(!)" in capsys.readouterr().out
    diff(change, option, value)
    assert "(!)" not in capsys.readouterr().out


def board(differing: int) -> Report:
    return {
        "board": "microbit", "match": "xnnpack", "data": "MNIST", "images": 200, "accuracy": 0.98,
        "bytes_differing": differing, "images_differing": differing, "unit": "instructions",
        "median": 1000, "flash": 1000, "ram": 1000, "stack_used": 100, "stack_predicted": 200,
        "problems": [],
    }  # fmt: skip


def test_a_byte_that_differs_on_a_board_is_never_let_pass(
    found: Report, diff: Callable[..., None]
) -> None:
    """Whatever the tolerance."""
    found["boards"] = [board(0)]
    try:
        with pytest.raises(GateError, match=r"bytes that differ, microbit \(xnnpack\)"):
            diff(lambda report: report.update(boards=[board(1)]), "--tolerance", "1000")
    finally:
        found["boards"] = []


def test_what_came_and_what_went(
    diff: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A board validated anew is new; a core that is gone is gone."""

    def change(report: Report) -> None:
        report["boards"] = [board(0)]
        del report["costs"]["targets"][-1]

    diff(change)
    first = capsys.readouterr().out.splitlines()[0]
    assert "6 new" in first
    assert "3 gone" in first


def test_other_data_and_versions_are_named(
    diff: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the table, because they decide what the table means."""

    def change(report: Report) -> None:
        report["data"] |= {"source": "MNIST", "sha256": "0" * 64}
        report["versions"]["numpy"] = "9.9"

    diff(change)
    told = capsys.readouterr().out
    assert "The data differ (embedded 8x8 digits (not MNIST); MNIST)" in told
    assert "to 9.9" in told


@pytest.mark.parametrize("content", [None, "", "{}", "3"])
def test_damaged_reports_are_refused(found: Report, tmp_path: Path, content: str | None) -> None:
    """By a line that names the file."""
    (tmp_path / "old.json").write_text(json.dumps(found))
    if content is not None:
        (tmp_path / "new.json").write_text(content)
    with pytest.raises(DataError, match=r"new\.json"):
        command.main(["--diff", str(tmp_path / "old.json"), str(tmp_path / "new.json")])


@pytest.mark.parametrize("option", ["--tolerance", "--max-drop"])
@pytest.mark.parametrize("value", ["-1", "nan"])
def test_limits_must_be_limits(diff: Callable[..., None], option: str, value: str) -> None:
    """A negative or missing number is refused."""
    with pytest.raises(SystemExit, match="2"):
        diff(lambda _: None, option, value)


def test_an_earlier_version_is_one_clear_line(found: Report, tmp_path: Path) -> None:
    """It names both versions and what to do; one from before versions were told is version 1."""
    for version in (1, 3):
        old = {**found, "version": version}
        if version == 1:
            del old["version"]
        (tmp_path / "old.json").write_text(json.dumps(old))
        words = ["--diff", str(tmp_path / "old.json"), str(tmp_path / "old.json")]
        with pytest.raises(DataError, match=rf"version {version}, not 2: export again"):
            command.main(words)


def test_a_page_has_the_rows_of_the_table(
    diff: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each with its verdict; it is readable on a phone, and written when the gate fails too."""
    from tests.browser import WIDTHS, chromium, open_page, overflow, violations

    def change(report: Report) -> None:
        accuracy(+0.5)(report)
        cost("flash", 1.5)(report)

    with pytest.raises(GateError):
        diff(change, "--page", str(tmp_path / "diff.html"))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")][1:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    with chromium() as browser:
        page = open_page(browser, (tmp_path / "diff.html").as_uri(), WIDTHS["phone"])
        shown = page.locator(".changes tbody tr")
        texts = [row.locator("th, td").all_inner_texts() for row in shown.all()]
        assert [one[:3] for one in texts] == [row[:3] for row in rows]
        assert [one[3] for one in texts] == ["better", "bigger, more than is allowed"]
        assert (
            "Worse than is allowed: flash, generic speed" in page.locator(".verdict").inner_text()
        )
        page.add_style_tag(content=".scroll { background: none !important }")
        assert (overflow(page), violations(page), page.problems) == ([], [], [])
