"""What the libraries of every language say of a network: facts and words for their templates."""

import math

from convert.compiler.ir import Graph
from convert.package import bridge, made_up
from convert.package.bridge import Tensor
from convert.package.cores import MACHINES
from convert.package.library import Library
from runtime.tasks.meaning import Classes

_PASSING = frozenset(("DEQUANTIZE", "QUANTIZE", "RESHAPE"))
_BY_OPERATOR = {"SOFTMAX": "probabilities", "LOGISTIC": "independent"}


def scores(library: Library) -> str:
    """What a classifier gives, one of ``meaning.SCORES``; "": there are no labels."""
    if not library.labels:
        return ""
    if library.is_binary:
        return "binary"
    known = library.contract
    first = known.outputs[0] if known and not known.is_guess else None
    return first.scores if isinstance(first, Classes) else _made(library.unit.network)


def _made(network: Graph) -> str:
    """The scores of the first output, by the operator that makes it."""
    makers = {tensor.number: node for node in network.nodes for tensor in node.outputs}
    node = makers.get(network.output.number)
    while node is not None and node.op in _PASSING:
        node = makers.get(node.input.number)
    return _BY_OPERATOR.get(node.op, "logits") if node else "logits"


def facts(library: Library) -> frozenset[str]:
    """What holds of a library, by the names that the templates use."""
    kind, number = (
        scores(library),
        "single" if len(library.unit.network.outputs) == 1 else "several",
    )
    found = {number}
    found |= {"kernels" if {*MACHINES} & {*library.made} else "plain"}
    if is_pixels(library):
        found |= {"pixels"}
    if not kind:
        return frozenset(found | {"unlabelled"})
    found |= {"labels", f"{number}_labels"}
    found |= {kind if kind in ("logits", "binary") else "clipped"}
    if is_pixels(library) and library.contract:
        found |= {"labelled_pixels", library.contract.task.kind}
    return frozenset(found)


def numbers(library: Library) -> str:
    """What ``predict`` and ``classify`` take, as the end of a sentence."""
    if library.contract is None or bridge.scaling(library) is None:
        return "the real numbers that the network was trained on"
    task = library.contract.task
    if task.kind == "digits":
        return "28x28 pixels, 0 is paper and 255 is ink"
    if task.stored.name == "uint8":
        return f"pixels 0..255, {'x'.join(map(str, task.shape))}: height, width, channels"
    word = "number as it was" if math.prod(task.shape) == 1 else "numbers as they were"
    return f"{'x'.join(map(str, task.shape))} {word} recorded"


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


def words(library: Library) -> dict[str, str]:
    """What the templates of all four languages say."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    return {
        **bridge.common(library),
        "title": title(library),
        "printed": made_up.printed(library),
        "numbers": numbers(library),
        "whose": "its output" if len(outputs) == 1 else "each output",
        "nothing_kept": "" if library.unit.state else ": nothing, here",
        "input_names": ", ".join(bridge.quoted(one.name) for one in inputs),
        "output_names": ", ".join(bridge.quoted(one.name) for one in outputs),
        "arguments_told": ", ".join(one.name for one in inputs),
    }
