"""What the libraries of every language say of a network, in words and numbers."""

from convert.package import bridge
from convert.package.bridge import Tensor
from convert.package.library import Library
from runtime.tasks.meaning import Classes


def scores(library: Library) -> str:
    """What a classifier gives, one of ``meaning.SCORES``; "": there are no labels."""
    if not library.labels:
        return ""
    if library.is_binary:
        return "binary"
    first = library.contract.outputs[0] if library.contract else None
    if isinstance(first, Classes):
        return first.scores
    output = library.unit.network.output
    lowest = 0 if output.dtype == "UINT8" else -128
    is_softmax = float(output.scale) == 1 / 256 and output.zero_point == lowest
    return "probabilities" if is_softmax else "logits"


def memory(library: Library) -> int:
    """Bytes that a network needs to run: its arena, and what it keeps."""
    return library.unit.arena + library.unit.state


def numbers(library: Library) -> str:
    """What ``predict`` and ``classify`` take, as the end of a sentence."""
    if library.contract is None or bridge.scaling(library) is None:
        return "the real numbers that the network was trained on"
    task = library.contract.task
    if task.kind == "digits":
        return "28x28 pixels, 0 is paper and 255 is ink"
    if task.stored.name == "uint8":
        return f"pixels 0..255, {'x'.join(map(str, task.shape))}: height, width, channels"
    return f"{'x'.join(map(str, task.shape))} numbers as they were recorded"


def stored(tensors: list[Tensor]) -> list[str]:
    """A line for each input or output: what its elements are, and mean."""
    return [
        f"{one.name}: {one}, "
        + (f"real = {bridge.steps(one)}" if one.scale else "numbers as they are")
        for one in tensors
    ]


def is_pixels(library: Library) -> bool:
    """Whether numbers of the world are pixels of 8 bits."""
    scaled = library.contract if bridge.scaling(library) else None
    return scaled is not None and scaled.task.stored.name == "uint8"


def title(library: Library) -> str:
    """The description on one line, with nothing that could end a comment or a string."""
    plain = " ".join(library.about.description.split())
    return plain.replace("\\", "/").replace('"', "'").replace("*/", "* /")
