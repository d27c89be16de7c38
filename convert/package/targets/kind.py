"""What every ecosystem tells of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from convert.compiler.targets.options import Target
from convert.package.library import Library

Files = Callable[[Library], Mapping[str, bytes]]
"""The files of a library by their path, in the form that an ecosystem takes."""


@dataclass(frozen=True)
class Kind:
    """An ecosystem for which a network can be packaged: a module of this package for each."""

    name: str  # as on the command line
    title: str  # what a person calls it
    cores: tuple[Target, ...]  # besides generic
    was_run: str  # what thimble's tests run of it, a phrase
    not_run: str  # and what they do not
    files: Files
    taken: Callable[[str], str] = lambda _: ""  # why a library cannot have that name; "": it can

    @property
    def proof(self) -> tuple[str, str]:
        """What was run, and what was not."""
        return self.was_run, self.not_run
