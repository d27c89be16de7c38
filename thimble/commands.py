"""The commands there are. Nothing of them is imported before it is asked for."""

import argparse
import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType


@dataclass(frozen=True)
class Command:
    """A command of thimble: ``thimble NAME`` is ``python -m MODULE``."""

    name: str
    module: str
    about: str  # a line of the list of commands
    extra: str  # of thimble's installation, or several, that bring all it needs

    def load(self) -> ModuleType:
        """The module with its ``parser`` and ``main``."""
        found = importlib.util.find_spec(self.module)
        is_package = found is not None and found.submodule_search_locations is not None
        return importlib.import_module(f"{self.module}.__main__" if is_package else self.module)

    def parser(self) -> argparse.ArgumentParser:
        """Its command line."""
        made: argparse.ArgumentParser = self.load().parser()
        return made

    def main(self, words: Sequence[str]) -> int:
        """Run it; gives its exit status."""
        status: int = self.load().main(list(words))
        return status


GROUPS = {
    "An int8 .tflite to C": (
        Command("compile", "convert.compiler", "make one C file of a model", "compiler"),
        Command(
            "estimate",
            "convert.compiler.command.estimate",
            "show what a model costs, layer by layer",
            "compiler",
        ),
        Command(
            "check",
            "convert.compiler.command.check",
            "prove that the C gives the runtimes' bytes",
            "compiler,runtime",
        ),
        Command(
            "survey",
            "convert.compiler.survey",
            "say what of a folder of models compiles",
            "compiler,runtime",
        ),
        Command(
            "package",
            "convert.package",
            "make a library of a model for a build system",
            "compiler",
        ),
        Command("carray", "convert.carray", "put a model into a C array", "compiler"),
    ),
    "A network of one's own": (
        Command("train", "train.fit", "train a float network on one's data", "train"),
        Command("search", "train.search", "find the best networks under exact costs", "search"),
        Command("export", "convert.export", "bring a float network to proven int8", "train"),
        Command("report", "convert.report", "make a report on an export, or on a model", "report"),
        Command("sweep", "convert.sweep", "measure robustness for the report", "train"),
        Command("compare", "convert.compare", "find where two versions diverge", "train"),
    ),
    "On this machine": (
        Command("predict", "runtime.predict", "say what pictures or recordings show", "runtime"),
        Command("evaluate", "runtime.evaluate", "measure a model on examples", "runtime"),
        Command("benchmark", "runtime.benchmark", "time models here", "runtime"),
    ),
    "On a phone": (
        Command("web", "convert.web", "make the app of a network", "compiler"),
        Command("serve", "runtime.web", "serve the app to a phone", "web"),
    ),
    "On a board": (
        Command("build", "firmware.build", "build the firmware around a model", "firmware"),
        Command("flash", "firmware.flash", "write it to a board, and read it back", "firmware"),
        Command("validate", "firmware.validate", "prove a board, emulated or real", "firmware"),
        Command("client", "firmware.client", "ask a board about a picture", "firmware"),
    ),
}
"""All commands, as the help shows them."""
COMMANDS = {command.name: command for group in GROUPS.values() for command in group}
"""Each by its name."""
