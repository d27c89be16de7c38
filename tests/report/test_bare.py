"""``python -m convert.report model.tflite``: what a model is made of and costs, without data."""

import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest
from playwright.sync_api import Browser

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from convert.report import __main__ as command
from convert.report import document
from runtime import classifier
from runtime.errors import DataError, ModelError
from tests.browser import WIDTHS, chromium, open_page, overflow, violations
from tests.report.conftest import NANO


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def test_a_model_alone(tmp_path: Path, browser: Browser) -> None:
    """Boards, network, arena and flash, and nothing that needs data or a float network."""
    alone = shutil.copy(NANO, tmp_path / "alone.tflite")
    assert command.main([str(alone), "--out", str(tmp_path)]) == 0
    found = document.read(tmp_path / "report.json")
    plain = compile_model(tflite.read(NANO), "model").unit
    assert found["costs"]["arena"]["bytes"] == plain.arena
    for width in WIDTHS.values():
        page = open_page(browser, (tmp_path / "report.html").as_uri(), width)
        assert page.locator("main > section > h2").all_inner_texts() == [
            "Boards and cores", "The network", "The arena over time", "Flash map", "Origin"
        ]  # fmt: skip
        assert "Nothing was run with data" in page.locator("header").inner_text()
        assert page.locator(".missing").count() == 0
        page.add_style_tag(content=".scroll { background: none !important }")
        assert (overflow(page), violations(page), page.problems) == ([], [], [])


@pytest.mark.parametrize("name", classifier.bundled())
def test_a_preset_by_its_name(name: str, tmp_path: Path) -> None:
    """Its manifest tells where it comes from, with its curves; without them, how to get them."""
    assert command.main([name, "--out", str(tmp_path)]) == 0
    found = document.read(tmp_path / "report.json")
    manifest = json.loads(classifier.find(name).with_name("manifest.json").read_text())
    told = ("model", "float_model", "quantize", "data", "labels", "training")
    assert {one: found[one] for one in told} == {one: manifest[one] for one in told}
    page = (tmp_path / "report.html").read_text()
    assert f"Last of {len(manifest['training']['fine_tuning'])} epochs" in page
    hint = f"make pretrained PRESETS={name} &amp;&amp; python -m convert.export --preset {name}"
    assert (hint in page) == (manifest["training"]["float"] is None)


def test_the_manifest_of_another_model_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a line that says so; one that is damaged is an error."""
    for name in ("model.tflite", "manifest.json"):
        source = classifier.find("micro" if name == "model.tflite" else "nano").with_name(name)
        shutil.copy(source, tmp_path / name)
    words = [str(tmp_path / "model.tflite"), "--out", str(tmp_path / "out")]
    assert command.main(words) == 0
    assert "is of another model" in capsys.readouterr().out
    found = document.read(tmp_path / "out/report.json")
    assert (found["model"], found["training"]["fine_tuning"]) == ("model", None)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DataError, match=r"manifest.json is damaged"):
        command.main(words)


def test_a_board_of_ones_own(tmp_path: Path) -> None:
    """A folder of boards takes the place of the project's; what lacks where is told."""
    folder = tmp_path / "boards/tiny"
    folder.mkdir(parents=True)
    told = 'title = "Tiny"\ncore = "Cortex-M4"\ntarget = "cortex-m4"\nclock = 48_000_000\n'
    (folder / "board.toml").write_text(f"{told}flash = 14_000\nram = 8_192\n[flash_with]\n")
    words = [str(NANO), "--out", str(tmp_path), "--boards", str(tmp_path / "boards")]
    assert command.main(words) == 0
    (board,) = document.read(tmp_path / "report.json")["costs"]["boards"]
    assert (board["image"], board["lacks"]["ram"]) == (None, 0)
    assert board["lacks"]["flash"] > 0
    assert "too little flash" in (tmp_path / "report.html").read_text()


@pytest.mark.skipif("THIMBLE_MODELS" not in os.environ, reason="needs the folder THIMBLE_MODELS")
def test_a_model_that_is_matched_to_one_runtime_only(tmp_path: Path) -> None:
    """With the others the page says why there is no C, and shows the network all the same."""
    model = Path(os.environ["THIMBLE_MODELS"]) / "person_detect.tflite"
    assert command.main([str(model), "--out", str(tmp_path)]) == 0
    found = document.read(tmp_path / "report.json")
    with pytest.raises(ModelError) as caught:
        compile_model(tflite.read(model), "model", Options(match=Match.XNNPACK))
    assert found["absent"]["costs"] == str(caught.value)
    page = (tmp_path / "report.html").read_text()
    assert "No C can be made" in page
    assert 'class="network"' in page
    assert command.main([str(model), "--out", str(tmp_path), "--match", "tflm"]) == 0
    assert document.read(tmp_path / "report.json")["costs"] is not None


def test_what_is_no_model_is_one_line(run, tmp_path: Path) -> None:
    """And nothing is written."""
    (tmp_path / "a.tflite").write_text("no model")
    done = run("convert.report", tmp_path / "a.tflite", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_its_json_is_as_the_schema_says(tmp_path: Path) -> None:
    """As that of an export is."""
    command.main([str(NANO), "--out", str(tmp_path)])
    schema = json.loads(document.SCHEMA.read_text())
    jsonschema.validate(json.loads((tmp_path / "report.json").read_text()), schema)
