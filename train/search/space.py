"""The networks among which is searched: read from TOML, sampled by Optuna, presets as points."""

import dataclasses
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

from runtime.errors import DataError
from train.network import Block, Network, Side

Choices = tuple[Any, ...]
_BLOCK = {
    "kind": ("convolution", "separable"),
    "kernel": None,
    "channels": None,
    "stride": (1, 2, 3, 4),
    "padding": ("valid", "same"),
    "pool": ("none", "max", "average"),
    "activation": ("relu", "relu6"),
    "norm": (True, False),
}
"""What a block is made of, and what there is of it; None: by a rule of its own."""
_WHOLE = {
    "blocks": None,
    "shrink": (1, 2, 3, 4),
    "head": ("dense", "average", "max"),
    "hidden": None,
}
_MOST = {"blocks": 8, "channels": 1024, "hidden": 4096}


class Trial(Protocol):
    """What draws: Optuna's trial."""

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """One of ``choices``."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> int:
        """A number from ``low`` to ``high``, both included."""


@dataclass(frozen=True)
class Range:
    """Whole numbers, evenly on a logarithmic scale."""

    low: int
    high: int

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high


@dataclass(frozen=True)
class Space:
    """What each part of a network may be."""

    whole: Mapping[str, Choices | Range]
    block: Mapping[str, Choices | Range]

    @property
    def sha256(self) -> str:
        """Of what is in it, however it was written."""
        said = {part: {k: repr(v) for k, v in getattr(self, part).items()} for part in _PARTS}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def suggest(self, trial: Trial) -> Network:
        """The network that ``trial`` draws."""

        def drawn(name: str, wanted: Choices | Range) -> Any:
            if isinstance(wanted, Range):
                return trial.suggest_int(name, wanted.low, wanted.high, log=True)
            return trial.suggest_categorical(name, wanted)

        whole = {name: drawn(name, wanted) for name, wanted in self.whole.items()}
        # All the blocks that there may be, so that the sampler sees all that is drawn together.
        blocks = [
            {name: drawn(f"{number}.{name}", wanted) for name, wanted in self.block.items()}
            for number in range(1, max(_all(self.whole["blocks"])) + 1)
        ]
        return Network(tuple(map(_block, blocks[: whole.pop("blocks")])), **whole)

    def parameters(self, point: Network) -> dict[str, Any]:
        """What ``suggest`` would have drawn for ``point``; raises DataError if it is outside."""
        whole = {"blocks": len(point.blocks)}
        whole |= {name: getattr(point, name) for name in self.whole if name != "blocks"}
        found = {f"{name}": self._known(name, self.whole[name], one) for name, one in whole.items()}
        for number, block in enumerate(point.blocks, start=1):
            for name, wanted in self.block.items():
                value = getattr(block, name)
                said = _written(value) if name == "kernel" else value
                found[f"{number}.{name}"] = self._known(f"block.{name}", wanted, said)
        return found

    def least(self) -> Iterator[Network]:
        """The points that are small in every way, one for each head and kind."""
        channels = self.block["channels"]
        few = channels.low if isinstance(channels, Range) else min(channels)
        blocks = self.whole["blocks"]
        count = blocks.low if isinstance(blocks, Range) else min(blocks)
        for head in _all(self.whole["head"]):
            for kind in _all(self.block["kind"]):
                for kernel in sorted(_all(self.block["kernel"]))[:1]:
                    values = {name: _all(self.block[name])[-1] for name in self.block}
                    values |= {"kind": kind, "kernel": kernel, "channels": few}
                    values["stride"] = max(_all(self.block["stride"]))
                    chosen = (_block(values),) * count
                    hidden = min(_all(self.whole["hidden"]))
                    yield Network(chosen, head, hidden, max(_all(self.whole["shrink"])))

    @staticmethod
    def _known(name: str, wanted: Choices | Range, value: Any) -> Any:
        if value not in wanted:
            raise DataError(f"{name} {value} is not in the space")
        return value


_PARTS = ("whole", "block")


def _all(wanted: Choices | Range) -> list[Any]:
    return [wanted.low, wanted.high] if isinstance(wanted, Range) else list(wanted)


def _block(values: Mapping[str, Any]) -> Block:
    block = Block(**{**values, "kernel": _kernel(values["kernel"])})
    # A depthwise convolution of 1x1 only scales, which the one behind it can do.
    return dataclasses.replace(block, kind="convolution") if block.kernel == (1, 1) else block


def _kernel(text: str) -> Side:
    found = re.fullmatch(r"([1-9]\d?)x([1-9]\d?)", text)
    if not found:
        raise DataError(f"a kernel is a height and a width, as 3x3, and not {text!r}")
    return int(found[1]), int(found[2])


def _written(side: Side) -> str:
    return f"{side[0]}x{side[1]}"


def load(path: Path | None = None) -> Space:
    """The space in a file, None: the one that comes with thimble; raises DataError."""
    try:
        where = resources.files("train.search") / "space.toml" if path is None else path
        content = tomllib.loads(where.read_text(encoding="utf-8"))
        return _space(content)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a space ({error})") from error
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def _space(content: Mapping[str, Any]) -> Space:
    block = content.get("block")
    if not isinstance(block, Mapping):
        raise DataError("there is no [block]: start from a copy of train/search/space.toml")
    whole = {name: value for name, value in content.items() if name != "block"}
    return Space(_part(whole, _WHOLE, ""), _part(block, _BLOCK, "block."))


def _part(
    given: Mapping[str, Any], known: Mapping[str, Choices | None], where: str
) -> dict[str, Choices | Range]:
    for name in given:
        if name not in known:
            raise DataError(f"{where}{name} is unknown: a space has {', '.join(known)}")
    for name in known:
        if name not in given:
            raise DataError(f"{where}{name} is missing: name what it may be, as [1, 2]")
    return {name: _wanted(f"{where}{name}", given[name], known[name]) for name in known}


def _wanted(name: str, value: Any, known: Choices | None) -> Choices | Range:
    last = name.rpartition(".")[2]
    if isinstance(value, Mapping) and last in _MOST:
        return _range(name, value, _MOST[last])
    if not isinstance(value, list) or not value:
        usual = known[:2] if known else ("3x3", "5x5") if last == "kernel" else (2, 3)
        example = json.dumps(list(usual))
        raise DataError(f"{name} is {value!r}: give a list of choices, as {example}")
    if last == "kernel":
        for one in value:
            _kernel(str(one))
    elif known is None:
        low = 0 if last == "hidden" else 1
        if any(type(one) is not int or not low <= one <= _MOST[last] for one in value):
            raise DataError(f"{name} is {value!r}: give whole numbers from {low} to {_MOST[last]}")
    elif unknown := [one for one in value if one not in known or type(one) is not type(known[0])]:
        raise DataError(f"{name} {unknown[0]!r} is none of {', '.join(map(str, known))}")
    return tuple(dict.fromkeys(value))


def _range(name: str, value: Mapping[str, Any], most: int) -> Range:
    low, high = (one if type(one := value.get(end)) is int else 0 for end in ("from", "to"))
    if set(value) != {"from", "to"} or not 1 <= low <= high <= most:
        raise DataError(f"{name} is {dict(value)!r}: give {{ from, to }} within 1 to {most}")
    return Range(low, high)
