"""A CMSIS-Pack: a ``.pack`` archive with the ``.pdsc`` that describes it."""

import re
from xml.sax.saxutils import escape

from convert.bundle import archive
from convert.package import text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind

_NAMES = ("M0", "M0+", "M1", "M3", "M4", "M7", "M23", "M33", "M35P", "M52", "M55", "M85")
_LONGEST = 32
"""Characters of a component's part; three at least."""


def files(library: Library) -> dict[str, bytes]:
    """The archive, beside its description, README and licence."""
    name = f"{_vendor(library)}.{library.name}"
    pack = f"{name}.{library.about.version}.pack"
    places = _places(library) | {"pack": pack}
    described = text.tree("cmsis-pack", library, more=places)["pack.pdsc"]
    beside = text.readme(library, "cmsis-pack", KIND.proof, places)
    inside = {
        f"{name}.pdsc": described,
        **text.sources(library, "src/"),
        **text.main(library, "example/main.c", "main"),
        **beside,
    }
    return {pack: archive.packed(inside), f"{name}.pdsc": described, **beside}


def _vendor(library: Library) -> str:
    """The author as packs name theirs: letters, digits, _ and - alone."""
    name = library.about.author.split("<", maxsplit=1)[0]
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "Unknown"


def _places(library: Library) -> dict[str, str]:
    sub = library.name if len(library.name) >= 3 else f"{library.name}_network"
    conditions = (f'      <accept Dcore="Cortex-{one}"/>' for one in _NAMES)
    return {
        "vendor": _vendor(library),
        "csub": sub[:_LONGEST],
        "description_xml": escape(library.about.description),
        "command_xml": escape(library.command),
        "url_xml": escape(library.about.url),
        "conditions": "\n".join(conditions),
    }


KIND = Kind(
    "cmsis-pack",
    "CMSIS-Pack",
    tuple(one for one in CORES if one.startswith("cortex-m")),
    "the .pdsc and the archive held to the rules of the documented format; the "
    "contents built for Cortex-M0, M4 and M55 by arm-none-eabi-gcc",
    "packchk and PACK.xsd itself, which are not in any registry that the tests reach; Keil MDK, "
    "the CMSIS-Toolbox, armclang and IAR's compiler",
    files,
)
