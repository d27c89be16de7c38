"""Make the web app: ``python -m convert.web``, ``make web``.

Compiles networks to WebAssembly and puts them with the page into a folder of static files that any
host serves. Needs clang and lld. ``python -m runtime.web`` serves it.
"""

import argparse
import gzip
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from convert import publish, web
from convert.compiler.command import line
from convert.web import earlier, icon, look
from runtime import console, numbers
from runtime.errors import ModelError

OUT = Path("build/web")
FIRST = "small"
USUAL = ("base", "small", "micro")
"""What the app has if nothing is asked for: the presets that know what is no digit."""


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.web``."""
    result = console.Parser("python -m convert.web", description=__doc__)
    result.add_argument(
        "--model",
        action="append",
        metavar="MODEL",
        help="a bundled model's name, a .tflite or an export's folder, once for each; default: "
        f"{', '.join(USUAL)}",
    )
    result.add_argument("--first", help=f"the one that is shown first; default: {FIRST}, if there")
    line.add_match(result)
    result.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"default: {OUT}")
    own = result.add_argument_group("what makes it your own")
    own.add_argument(
        "--name",
        type=look.title,
        default="thimble",
        help="what the app is called; default: thimble",
    )
    own.add_argument(
        "--color",
        type=look.color,
        default=icon.COPPER,
        metavar="#RRGGBB",
        help=f"made darker or lighter until it can be read; default: {icon.COPPER}",
    )
    own.add_argument("--icon", type=Path, metavar="FILE", help="a picture; default: a thimble")
    own.add_argument(
        "--words",
        type=Path,
        metavar="JSON",
        help='your own words: {"en": {"tagline": "..."}, "fr": {"labels": {"cat": "chat"}}}',
    )
    own.add_argument(
        "--rate",
        type=numbers.whole(1, 1000),
        default=50,
        metavar="HZ",
        help="rows a second that a network of the motion sensors was trained on; default: 50",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    words = look.words(options.words) if options.words else {}
    own = web.Look(options.name, options.color, options.icon, words, options.rate)
    with publish.claim(options.out, earlier.require_own) as place:
        networks = [web.load(model, options.match) for model in options.model or USUAL]
        names = [network.name for network in networks]
        first = options.first or (FIRST if FIRST in names else names[0])
        if first not in names:
            raise ModelError(f"--first {first} is none of the models: {', '.join(names)}")
        files = web.application(networks, first, own)
        place.publish(files)
    sizes = weigh(files)
    cells = [(name, f"{one['bytes']:,}", f"{one['gzip']:,}") for name, one in sizes.items()]
    table = console.table(("file", "bytes", "compressed (gzip)"), cells)
    app = "" if options.out == OUT else f" --app {shlex.quote(str(options.out))}"
    text = f"{table}\n\nwrote {options.out}; python -m runtime.web{app} serves it"
    console.finish(text, {"out": str(options.out), "first": first, "files": sizes})
    return 0


def weigh(files: Mapping[str, bytes]) -> dict[str, dict[str, int]]:
    """The bytes of each file, as it is and as it travels."""
    return {
        name: {"bytes": len(content), "gzip": len(gzip.compress(content, 9, mtime=0))}
        for name, content in sorted(files.items())
    }


if __name__ == "__main__":
    console.run(main)
