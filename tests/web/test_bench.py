"""The comparison with LiteRT.js: both run, in one browser, and give LiteRT's bytes."""

import numpy as np
import pytest

from tests.browser import chromium
from tests.web import bench


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[bench.Row]:
    """What is measured of a small network, briefly."""
    if not bench.LITERTJS.is_dir():
        pytest.skip("needs build/litertjs: run tests/tools.sh, connected")
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setattr(bench, "SECONDS", 0.05)
    (one,) = bench.networks(["small"], 50)
    with bench.site([one]) as (folder, url), chromium() as browser:
        rows = list(bench.rows(browser, folder, url, one))
        wrong = bench.Network(one.name, one.path, one.inputs, one.expected ^ np.int8(1))
        rows += bench.rows(browser, folder, url, wrong)
    return rows


def test_both_are_measured(found: list[bench.Row]) -> None:
    """0 bytes differ, and all of them where the answers are others; ours is ten times lighter."""
    ours, theirs, *wrong = found
    assert [row.runtime for row in found] == ["thimble", "LiteRT.js"] * 2
    assert [row.differing for row in found] == [0, 0, 500, 500]
    assert 10 * ours.compressed < theirs.compressed
    assert all(0 < row.each < row.first for row in found)
    assert len(wrong) == 2
    lines = bench.table([ours, theirs]).splitlines()
    times = theirs.compressed / ours.compressed
    assert f"{ours.compressed / 1000:,.0f} KB ({times:.1f}x)" in lines[2]
