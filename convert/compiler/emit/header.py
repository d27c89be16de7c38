"""The generated ``NAME.h``: all that an integrator needs to read."""

from convert.compiler.arithmetic.match import RUNTIME
from convert.compiler.emit import border, ctext
from convert.compiler.emit.border import Border
from convert.compiler.emit.unit import Unit
from convert.compiler.operators.common.reader import QUANTIZED


def text(unit: Unit) -> str:
    """The whole file."""
    name, macro = unit.name, unit.name.upper()
    ram = ", all the RAM but the stack" if not unit.state else ""
    borders = [*border.inputs(unit), *border.outputs(unit)]
    tensors = "\n\n".join(border.macros(unit, one) for one in borders)
    return f"""{provenance(unit, usage=True)}
#ifndef {macro}_H
#define {macro}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

#define {macro}_SHA256 "{unit.network.sha256}" /* of the .tflite */

{tensors}

#define {macro}_ARENA_SIZE {unit.arena} /* bytes: sizeof({name}_arena){ram} */
#define {macro}_STATE_SIZE {unit.state} /* bytes that are kept from one run to the next */
#define {macro}_TABLES_SIZE {unit.flash} /* bytes of constant tables in flash */

{_arena(unit)}
{_state(unit)}enum {name}_status {{
    {macro}_OK = 0,
    {macro}_TABLES_DAMAGED = 1, /* the CRC-32 of the tables is wrong */
    {macro}_WRONG_ANSWER = 2    /* a golden vector gives another output */
}};

{_functions(unit)}
{ctext.comment(_about_self_test(unit))}
#if defined(__GNUC__)
__attribute__((warn_unused_result))
#endif
enum {name}_status {name}_self_test({arguments(unit)});

#ifdef __cplusplus
}}
#endif

#endif /* {macro}_H */
"""


def _about_self_test(unit: Unit) -> list[str]:
    vectors = len(unit.seeds)
    lines = [f"Check the tables, where a flipped bit is found, and run {vectors} golden vectors."]
    return [*lines, "The state is as after a reset behind it."] if unit.state else lines


def arguments(unit: Unit) -> str:
    """The parameters of the functions that run the network."""
    state = f", {unit.name}_state *state" if unit.state else ""
    return f"{unit.name}_arena *arena{state}"


def _arena(unit: Unit) -> str:
    # Whole words, so that it is as large where the compiler aligns nothing.
    about = [
        "Working memory. The caller owns it, wherever it likes; its content before a run does not",
        "matter. One arena serves one run at a time.",
    ]
    return f"""{ctext.comment(about)}
typedef union {{
    int32_t alignment;
    int8_t bytes[{unit.arena}];
}} {unit.name}_arena;
"""


def _state(unit: Unit) -> str:
    if not unit.state:
        return ""
    name = unit.name
    kept = ctext.comment(
        [
            "What is kept from one run to the next. The caller owns it, resets it before the first",
            "run and wherever a new sequence begins, and gives each sequence one of its own:",
            *(
                f"{state.name}: {state.dtype.lower()} {list(state.initial.shape)}"
                for state in unit.network.states
            ),
        ]
    )
    return f"""{kept}
typedef union {{
    int32_t alignment;
    int8_t bytes[{unit.state}];
}} {name}_state;

/* Begin a sequence. */
void {name}_reset({name}_state *state);

"""


def _functions(unit: Unit) -> str:
    name = unit.name
    inputs = "".join(_input(unit, one) for one in border.inputs(unit))
    outputs = border.outputs(unit)
    if len(outputs) > 1:
        run = "/* Run the network. */\n" + f"void {name}_run({arguments(unit)});\n"
        return inputs + run + "".join(_output(unit, one) for one in outputs)
    macro, ctype = f"{name}_OUTPUT".upper(), outputs[0].ctype
    return f"""{inputs}/* Run the network. Returns the output, {macro}_COUNT elements in the arena,
 * valid until an input is written again. */
const {ctype} *{name}_run({arguments(unit)});

/* The index of the largest output, the first of equals. */
int32_t {name}_argmax(const {ctype} output[{macro}_COUNT]);
"""


def _input(unit: Unit, one: Border) -> str:
    prefix = f"{unit.name}_{one.name}"
    count = f"{prefix.upper()}_COUNT"
    return f"""/* Where to put {count} elements, aligned to 4 bytes. A run overwrites them. */
{one.ctype} *{prefix}({unit.name}_arena *arena);

"""


def _output(unit: Unit, one: Border) -> str:
    prefix = f"{unit.name}_{one.name}"
    return f"""
/* {prefix.upper()}_COUNT elements in the arena, valid after a run until an input is written. */
const {one.ctype} *{prefix}(const {unit.name}_arena *arena);
"""


def provenance(unit: Unit, *, usage: bool) -> str:
    """The comment at the top: how it is made again, what it equals, and how it is used."""
    lines = [
        f"Made by: {unit.origin}",
        "",
        f"{unit.version}; sha256 of the .tflite: {unit.network.sha256}",
        f"Equals {RUNTIME[unit.match]}, byte for byte.",
        *unit.program.notes,
    ]
    return ctext.comment([*lines, *(_usage(unit) if usage else ())])


def _usage(unit: Unit) -> list[str]:
    name = unit.name
    state = ", &state" if unit.state else ""
    return [
        "",
        f"    static {name}_arena arena;",
        *([f"    static {name}_state state;"] if state else []),
        "",
        f"    if ({name}_self_test(&arena{state}) != {name.upper()}_OK) ...",
        *([f"    {name}_reset(&state);    before each sequence"] if state else []),
        *(f"    fill({name}_{one.name}(&arena));    {_filled(one)}" for one in border.inputs(unit)),
        *_used(unit, f"{name}_run(&arena{state})"),
        "",
        "No heap, no libc, no writable statics: any number of arenas may run at once.",
    ]


def _filled(one: Border) -> str:
    """What an input takes."""
    if one.tensor.scale:
        return "q = round(real / scale) + zero point"
    return "real numbers" if one.ctype == "float" else "numbers as they are"


def _used(unit: Unit, run: str) -> list[str]:
    """What is done with the outputs."""
    outputs = border.outputs(unit)
    if len(outputs) > 1:
        return [f"    {run};", *(f"    use({unit.name}_{one.name}(&arena));" for one in outputs)]
    if outputs[0].tensor.size > 1:
        return [f"    best = {unit.name}_argmax({run});"]
    if outputs[0].tensor.scale and outputs[0].tensor.dtype in QUANTIZED:
        return [f"    real = {unit.name}_output_to_real({run}[0]);"]
    return [f"    number = {run}[0];"]
