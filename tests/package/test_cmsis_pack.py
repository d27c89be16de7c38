"""A CMSIS-Pack: the archive and its description, by the rules of Open-CMSIS-Pack's documents."""

import re
import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pytest

from tests.package import packaged

CORES = {"cortex-m0": [], "cortex-m4": [], "cortex-m55": ["-mfloat-abi=hard"]}
NAME = r"[\-_A-Za-z0-9]+"
CATEGORIES = {"doc", "header", "include", "source", "library", "other", "utility", "image"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cmsis")
    words = ["--author", "Ann O'Nym & Co. <ann@example.org>", "--version", "2.3.4"]
    return packaged.make("cmsis-pack", "nano", out, *words, "--description", "<b> & more")


@pytest.fixture(scope="module")
def unpacked(library: Path) -> Path:
    with zipfile.ZipFile(library / "Ann_O_Nym_Co.nano.2.3.4.pack") as archive:
        assert archive.testzip() is None
        archive.extractall(library.parent / "unpacked")
    return library.parent / "unpacked"


@pytest.fixture(scope="module")
def described(unpacked: Path) -> ElementTree.Element:
    """The only .pdsc, which lies at the top."""
    (file,) = unpacked.rglob("*.pdsc")
    assert file == unpacked / "Ann_O_Nym_Co.nano.pdsc"
    return ElementTree.fromstring(file.read_bytes())  # noqa: S314 - made by us


def text(element: ElementTree.Element, path: str) -> str:
    found = element.find(path)
    assert found is not None, path
    return found.text or ""


def test_what_a_package_must_say(described: ElementTree.Element) -> None:
    """Vendor, name, description, URL, licence, and releases, the newest first."""
    assert described.tag == "package"
    assert re.fullmatch(r"\d+\.\d+\.\d+", described.attrib["schemaVersion"])
    assert re.fullmatch(NAME, text(described, "vendor"))
    assert re.fullmatch(NAME, text(described, "name"))
    assert text(described, "description") == "<b> & more"
    assert re.fullmatch(r"https?://\S+/", text(described, "url"))
    releases = [one.attrib["version"] for one in described.iterfind("releases/release")]
    assert releases == ["2.3.4"]
    known = {"vendor", "name", "description", "url", "license", "releases", "keywords"}
    assert {one.tag for one in described} <= known | {"conditions", "components"}
    assert len({one.tag for one in described}) == len(described)


def test_the_component(described: ElementTree.Element) -> None:
    """Its names have the lengths that they may have, and its condition is one that is there."""
    (component,) = described.iterfind("components/component")
    assert component.attrib["Cclass"] == "Machine Learning"
    for part in ("Cgroup", "Csub"):
        assert 3 <= len(component.attrib[part]) <= 32
    assert component.attrib["Cversion"] == "2.3.4"
    conditions = {one.attrib["id"]: one for one in described.iterfind("conditions/condition")}
    cores = [one.attrib["Dcore"] for one in conditions[component.attrib["condition"]][1:]]
    assert {"Cortex-M0", "Cortex-M4", "Cortex-M55"} <= set(cores)


def test_every_file_is_there(described: ElementTree.Element, unpacked: Path) -> None:
    """What the description names is in the archive, with relative paths and forward slashes."""
    named = [one.attrib for one in described.iterfind("components/component/files/file")]
    for one in named:
        assert one["category"] in CATEGORIES
        place = PurePosixPath(one["name"])
        assert not place.is_absolute()
        assert (unpacked / place).exists(), place
        assert (unpacked / place).is_dir() == (one["category"] == "include")
    assert (unpacked / text(described, "license")).is_file()


@pytest.mark.parametrize("core", CORES)
def test_its_sources_are_built(
    core: str, described: ElementTree.Element, unpacked: Path, tmp_path: Path
) -> None:
    """Each source of the component, with its include paths, for a core of each kind."""
    files = [one.attrib for one in described.iterfind("components/component/files/file")]
    places = [f"-I{unpacked / one['name']}" for one in files if one["category"] == "include"]
    sources = [one["name"] for one in files if one["category"] == "source" and "attr" not in one]
    assert "src/nano.c" in sources
    flags = [f"-mcpu={core}", "-mthumb", "-O2", "-ffreestanding", "-Wall", "-Wextra", "-Werror"]
    for source in sources:
        words = [*flags, *CORES[core], *places, "-c", unpacked / source]
        packaged.run("arm-none-eabi-gcc", *words, cwd=tmp_path)
    symbols = packaged.run("arm-none-eabi-nm", "nano.o", cwd=tmp_path)
    assert re.search(r"T nano_run$", symbols, re.MULTILINE)
    assert not re.search(r" [DdBbC] ", symbols)
