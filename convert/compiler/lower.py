"""From the graph to kernel calls: fuse, and let the target choose a kernel for each group."""

import itertools
from collections.abc import Callable, Sequence

from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.bands.chains import Chains
from convert.compiler.choice import Candidate, fits
from convert.compiler.ir import Folded, Graph, Node, Tensor
from convert.compiler.operators import registry
from convert.compiler.operators.common.lowering import ALIGNMENT, LoweringContext, state_buffer
from convert.compiler.program import CTYPES, Buffer, Program, Step
from convert.compiler.resident import resident
from convert.compiler.select import select
from convert.compiler.targets import avr, costs
from convert.compiler.targets.candidates import candidates
from convert.compiler.targets.options import Options, Target
from convert.tflite import FIXED_SHAPE
from runtime.errors import ModelError

BORDER_ALIGNMENT = 4
"""Bytes that inputs and outputs are aligned to, for DMA."""


class Places:
    """Which buffer each tensor lies in; a reshaped tensor lies where the original does."""

    def __init__(self, network: Graph, groups: Sequence[Sequence[Node]]) -> None:
        border = (*network.inputs, *network.outputs)
        self._border = {tensor.number for tensor in border}
        states = resident(network, groups)
        self._buffers = {number: state_buffer(state) for number, state in states.items()}

    def of(self, tensor: Tensor) -> Buffer:
        """The buffer of ``tensor``."""
        ctype = CTYPES[tensor.dtype]
        alignment = BORDER_ALIGNMENT if tensor.number in self._border else ALIGNMENT[ctype]
        buffer = Buffer(f"t{tensor.number}", tensor.bytes, ctype, alignment=alignment)
        return self._buffers.setdefault(tensor.number, buffer)

    def is_copied(self, node: Node) -> bool:
        """Whether ``node`` moves bytes to or from a state, and they do not lie there already."""
        of, ends = registry()[node.op], (*node.inputs, *node.outputs)
        if not (of.loads or of.stores):
            return True
        return self.of(ends[0]) != state_buffer(node.states[0])

    def alias(self, tensor: Tensor, original: Tensor) -> None:
        """Let ``tensor`` lie where ``original`` lies."""
        self._buffers[tensor.number] = self.of(original)


def lower(network: Graph, options: Options) -> Program:
    """The calls that compute ``network`` as the runtime ``options.match`` does.

    Raises ModelError where there is none, as for operators or scales that the runtime refuses.
    """
    if network.reshaped and options.match is Match.TFLM:
        raise ModelError(
            f"{network.reshaped[0]} has not the shape that the file guesses, which "
            f"{RUNTIME[Match.TFLM]} takes as it is: {FIXED_SHAPE}"
        )
    groups = fuse(network)
    places = Places(network, groups)
    sources = tuple(map(places.of, network.inputs))
    found: list[Sequence[Candidate]] = []
    sites: list[LoweringContext] = []
    for node in network.folded:
        _check_runtime(node, options.match)
        for dtype in registry()[node.op].lacking_types.get(options.match, ()):
            if dtype in node.types:
                runtime = RUNTIME[options.match]
                raise ModelError(f"operator {node.index} {node.op}: {runtime} lacks it for {dtype}")
    for group in groups:
        first = group[0]
        if registry()[first.op].is_alias:
            places.alias(first.output, first.input)
            continue
        _check_runtime(first, options.match)
        try:
            site = LoweringContext(group, f"op{first.index}", options.match, places.of)
            steps = candidates(site, options.target, options.optimize)
        except ValueError as error:
            raise ModelError(f"operator {first.index} {first.op}: {error}") from error
        if places.is_copied(first):
            found.append(steps)
            sites.append(site)
    notes = tuple(
        note for node in network.nodes for note in registry()[node.op].notes(node, options.match)
    )
    results = tuple(map(places.of, network.outputs))

    def priced(step: Step) -> Step:  # copies have no price yet
        return step if step.instructions else costs.priced(step, options.target, options.match)

    def assemble(chosen: Sequence[Candidate]) -> Program:
        steps = tuple(map(priced, itertools.chain(*chosen)))
        said = tuple(step.note for step in steps if step.note)
        return Program(steps, sources, results, (*notes, *said))

    chains = Chains(network, sites, options)
    program = select(found, assemble, options, chains)
    if options.target is Target.AVR:
        limited = avr.addressable(options)
        if not fits(program, limited):
            program = _limited(lambda: select(found, assemble, limited, chains))
        avr.require_objects(program, network.states)
    return program


def _limited(choose: Callable[[], Program]) -> Program:
    """What ``choose`` finds within an AVR's limits; its ModelError says whose they are."""
    try:
        return choose()
    except ModelError as error:
        raise ModelError(
            f"{error} on an AVR: avr-gcc takes {avr.OBJECT:,} bytes in one object, and its kernels "
            f"read {avr.NEAR:,} of flash"
        ) from error


def _check_runtime(node: Node | Folded, match: Match) -> None:
    """Raise ModelError for an operator that the runtime lacks."""
    lacking = registry()[node.op].lacking
    if match in lacking:
        others = [f"--match {other}" for other in Match if other not in lacking]
        raise ModelError(
            f"operator {node.index} {node.op}: {RUNTIME[match]} {lacking[match]}; "
            f"choose {' or '.join(others)}"
        )


def fuse(network: Graph) -> list[tuple[Node, ...]]:
    """Nodes in groups that one kernel computes: one that absorbs another with that one behind it.

    Only where nothing else reads what lies between.
    """
    readers = [tensor.number for node in network.nodes for tensor in node.inputs]
    readers += [tensor.number for tensor in network.outputs]
    groups: list[tuple[Node, ...]] = []
    for node in network.nodes:
        before = groups[-1] if groups else ()
        if (
            len(before) == 1
            and before[0].outputs == node.inputs
            and registry()[before[0].op].absorbs(before[0], node)
            and readers.count(node.input.number) == 1
        ):
            groups[-1] = (*before, node)
        else:
            groups.append((node,))
    return groups
