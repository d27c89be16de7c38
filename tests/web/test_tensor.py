"""An app for the phone's motion sensors: live, from a file, and the same bytes as Python."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from convert.web.__main__ import main as make_web
from runtime.classifier import Classifier
from tests import tiny
from tests.browser import overflow, violations
from tests.conftest import ROOT
from tests.web.conftest import PHONE, SHOTS, Site, until, visit
from tests.web.heard import LISTEN

COLUMNS = ("acc_x", "accY", "gyro_z")
SENSORS = ["accelerometer", "gyroscope"]
RATE = 40


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network for windows of twelve rows of three columns, which are a phone's sensors."""
    path = tiny.write(tmp_path_factory.mktemp("motion"), "window")
    place = path.parent / "contract.json"
    contract = json.loads(place.read_text())
    contract["task"]["columns"] = list(COLUMNS)
    place.write_text(json.dumps(contract))
    return path


@pytest.fixture(scope="module")
def motion_site(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app of that network."""
    app = tmp_path_factory.mktemp("web") / "app"
    assert make_web(["--model", str(model), "--rate", str(RATE), "--out", str(app)]) == 0
    found = Site(app)
    yield found
    found.stop()


@pytest.fixture
def moving(browser: Browser) -> Iterator[BrowserContext]:
    """A phone in English whose sensors may be read."""
    context = browser.new_context(**PHONE, locale="en-GB", permissions=SENSORS)
    yield context
    context.close()


MOVE = """(milliseconds) => {
    let n = 0;
    const wave = (f, p) => 3 * Math.sin(f * n / 60 + p);
    const timer = setInterval(() => {
        n++;
        dispatchEvent(new DeviceMotionEvent("devicemotion", {
            acceleration: {x: 0, y: 0, z: 0},
            accelerationIncludingGravity: {x: wave(9, 0), y: wave(7, 1), z: 9.8 + wave(5, 2)},
            rotationRate: {alpha: wave(3, 0), beta: wave(4, 1), gamma: wave(5, 1)},
            interval: 16,
        }));
    }, 16);
    setTimeout(() => clearInterval(timer), milliseconds);
}"""
"""Moves the phone: events as a browser gives them, for a while."""

DONE = "window.read.filter(({ codes }) => codes)"


def test_motion_gives_pythons_bytes(moving: BrowserContext, motion_site: Site, model: Path) -> None:
    """Windows of the sensors, live: each answer has the bytes that Python has for its values."""
    python = Classifier(model)
    moving.add_init_script(LISTEN)
    page = visit(moving, motion_site.url)
    assert page.is_visible("[data-mode=motion][aria-pressed=true]")
    page.evaluate(MOVE, 8000)
    page.click("#listen")
    until(page, f"{DONE}.length > 5")
    for one in page.evaluate(DONE):
        (values,) = np.array(one["values"], np.float32).reshape(-1, 1, *python.task.shape)
        assert one["codes"] == python.raw(values).tolist()
        assert len(np.unique(values[0, :, 0])) == 12  # it moves
    expect(page.locator("#said")).to_have_text(any_answer(python))
    assert page.locator("#bars li").count() == 2
    page.screenshot(path=SHOTS / "web-motion.png")
    page.click("#listen")
    assert page.get_attribute("#listen", "aria-pressed") == "false"
    assert page.problems == []


def any_answer(python: Classifier) -> re.Pattern[str]:
    """Any answer of a network."""
    return re.compile("|".join([*python.labels, "Not sure"]))


def test_files_give_pythons_bytes(
    moving: BrowserContext, motion_site: Site, model: Path, tmp_path: Path
) -> None:
    """All windows of a recording; a slider goes from one to the next."""
    python = Classifier(model)
    rows = np.random.default_rng(4).normal(0, 3, (60, 3))
    path = tmp_path / "walk.csv"
    np.savetxt(path, rows, delimiter=",", header=",".join(COLUMNS), comments="")
    moving.add_init_script(LISTEN)
    page = visit(moving, motion_site.url)
    page.set_input_files("#table", path)
    page.wait_for_selector("body.answered")
    (one,) = page.evaluate(DONE)
    expected = python.raw(python.task.read(path))
    assert len(expected) > 5
    assert one["codes"] == expected.tolist()
    assert page.get_attribute("#which", "max") == str(len(expected) - 1)
    for number in (0, 3):
        page.fill("#which", str(number))
        label = python.labels[int(expected[number].argmax())]
        assert page.inner_text("#bars li:first-child .name") == label
    page.set_input_files("#table", ROOT / "README.md")
    expect(page.locator("#problem")).to_contain_text("no table of numbers")
    assert violations(page) == []


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("DeviceMotionEvent.requestPermission = async () => 'denied'", "not allowed"),
        ("", "tells of no motion sensors"),
        ("delete window.DeviceMotionEvent", "tells of no motion sensors"),
    ],
)
def test_sensors_that_are_not_there_are_told(
    moving: BrowserContext, motion_site: Site, script: str, says: str
) -> None:
    """In a line that says what to do instead."""
    moving.add_init_script(script)
    page = visit(moving, motion_site.url)
    page.click("#listen")
    expect(page.locator("#problem")).to_contain_text(says)
    assert page.get_attribute("#listen", "aria-pressed") == "false"


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(320, 568, "dark"), (844, 390, "light"), (1280, 800, "dark")]
)
def test_accessible_and_whole_at_every_size(
    browser: Browser, motion_site: Site, width: int, height: int, scheme: str
) -> None:
    """axe-core finds nothing, nothing is cut off, and the answer is in sight."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="fr-FR",
        has_touch=True,
        permissions=SENSORS,
    )
    page = visit(context, motion_site.url)
    page.evaluate(MOVE, 6000)
    page.click("#listen")
    page.wait_for_selector("body.answered")
    box = page.locator("#said").bounding_box()
    assert box
    assert box["y"] + box["height"] <= height
    assert violations(page) == []
    assert overflow(page) == []
    page.screenshot(path=SHOTS / f"web-motion-{scheme}-{width}x{height}.png")
    context.close()


def node(code: str) -> object:
    """What ``code`` gives, with motion.js at hand."""
    text = (
        "import * as motion from './runtime/web/app/motion.js';"
        f"console.log(JSON.stringify({code}));"
    )
    words = ["node", "--input-type=module", "-e", text]
    return json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout)


def test_rows_come_at_an_even_rate() -> None:
    """As NumPy interpolates between the events; across a gap nothing is made up."""
    rng = np.random.default_rng(6)
    times = np.cumsum(rng.uniform(5, 30, 200))
    values = rng.normal(0, 1, (200, 2))
    told = json.dumps(
        [[time, row] for time, row in zip(times.tolist(), values.tolist(), strict=True)]
    )
    found = node(
        f"(() => {{ const even = new motion.Even(50);"
        f"return {told}.flatMap(([time, row]) => even.add(time, row)); }})()"
    )
    rows = np.array(found)
    grid = times[0] + 20 * np.arange(len(rows))
    assert len(rows) == int((times[-1] - times[0]) // 20) + 1
    expected = np.stack([np.interp(grid, times, values[:, c]) for c in range(2)], axis=1)
    np.testing.assert_allclose(rows, expected, atol=1e-9)
    gap = node(
        "(() => { const e = new motion.Even(50); e.add(0, [0]); return e.add(5000, [7]); })()"
    )
    assert gap == [[7]]


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        ("x,y,z", [1, 2, 3]),
        ("ax,ay,az,gx,gy,gz", [1, 2, 3, 7, 8, 9]),
        ("accX,accel_y,accelerometer.z", [1, 2, 3]),
        ("gyroscope_x,gyrY,rotation z", [7, 8, 9]),
        ("linear_x,user_acceleration_y,linaccz", [4, 5, 6]),
        ("temperature", None),
        ("x,y,label", None),
        ("", None),
    ],
)
def test_columns_are_known_by_their_names(columns: str, values: list[int] | None) -> None:
    """Those of the two sensors, as people call them; a network of others takes files."""
    names = json.dumps(columns.split(",") if columns else [])
    event = (
        "{accelerationIncludingGravity: {x: 1, y: 2, z: 3}, acceleration: {x: 4, y: 5, z: 6},"
        "rotationRate: {alpha: 7, beta: 8, gamma: 9}}"
    )
    assert node(f"motion.channels({names})?.map((one) => one({event})) ?? null") == values
