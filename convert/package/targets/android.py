"""An Android library module: a Java class, and JNI over the C."""

import re
import textwrap

from convert.compiler.targets.options import Target
from convert.package import bridge, made_up, told
from convert.package.bridge import Tensor
from convert.package.library import Library
from convert.package.targets.kind import Kind
from runtime.errors import DataError

GROUP = "com.example"
_ARRAYS = {"int16": ("short", "asShortBuffer()."), "int32": ("int", "asIntBuffer().")} | {
    "float32": ("float", "asFloatBuffer().")
}
_BYTES = ("byte", "")
_KEYWORDS = """abstract assert boolean break byte case catch char class const continue default do
    double else enum extends final finally float for goto if implements import instanceof int
    interface long native new package private protected public return short static strictfp super
    switch synchronized this throw throws transient try void volatile while true false null"""
_TAKEN = """Answer Arrays AutoCloseable Boolean Buffer Byte ByteBuffer ByteOrder Character Class
    Collections Double Enum Error Exception Float Integer Iterable List Long Math Object Outputs
    Override Package Process Record Runnable Short String System Tensor Thread Throwable Values
    Void"""
"""Classes that the text speaks of, or that every user's does."""


def class_name(name: str) -> str:
    """``name`` as Java's classes are called: "kws_ds_cnn" gives "KwsDsCnn"."""
    found = bridge.pascal(name)
    return f"{found}Network" if found in _TAKEN.split() else found


def package_name(name: str, group: str = GROUP) -> str:
    """The Java package of a library: "com.example.kwsdscnn"."""
    word = name.replace("_", "").lower()
    return f"{group}.{word}{'network' if word in _KEYWORDS.split() else ''}"


def check_group(group: str) -> None:
    """Raise DataError unless ``group`` can hold Java packages."""
    words = group.split(".")
    if not all(re.fullmatch(r"[a-z][a-z0-9_]*", word) for word in words):
        raise DataError(f"{group!r} is no Java package: give lower-case words, org.example")
    if kept := [word for word in words if word in _KEYWORDS.split()]:
        raise DataError(f"{group} has {kept[0]} in it, a keyword of Java: choose another")


def files(library: Library) -> dict[str, bytes]:
    """A module for a Gradle project."""
    page = bridge.Page(library, _values(library), told.facts(library))
    java, cpp = f"src/main/java/{page.values['path']}.java", "src/main/cpp"
    return {
        "build.gradle.kts": page.filled("build.gradle.kts"),
        "consumer-rules.pro": page.filled("consumer-rules.pro"),
        "src/main/AndroidManifest.xml": page.filled("AndroidManifest.xml"),
        java: page.filled("Class.java"),
        f"{cpp}/CMakeLists.txt": page.filled("CMakeLists.txt"),
        f"{cpp}/{library.name}_jni.c": page.filled("jni.c"),
        **{f"{cpp}/{name}": content for name, content in bridge.files(library).items()},
        "example/Example.java": page.filled("Example.java"),
        **page.documents(KIND.proof),
    }


def _values(library: Library) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    group, name = library.about.group, class_name(library.name)
    package = package_name(library.name, group)
    return {
        **told.words(library),
        "group": group,
        "package": package,
        "class": name,
        "path": f"{package.replace('.', '/')}/{name}",
        "input": inputs[0].name,
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        "label_rows": ",\n".join(f"            {bridge.as_ascii(one)}" for one in library.labels),
        "run_told": _comment([*told.stored(inputs), *told.stored(outputs)]),
        "arguments": ", ".join(one.name for one in inputs),
        "scores": f".{outputs[0].name}" if len(outputs) > 1 else "",
        "records": _records(outputs),
        "example_inputs": made_up.given(library, _made_up, "(next() >>> {})"),
        **_given(inputs),
        **_found(outputs),
    }


def _made_up(one: Tensor, element: str, step: float) -> str:
    """An input of the example."""
    kind, at, indent = _array(one)[0], f"{one.name}[i]", " " * 8
    value = f"({element}) * {step!r}" if kind == "float" else element
    return (
        f"{indent}{kind}[] {one.name} = new {kind}[{one.count}];\n"
        f"{indent}for (int i = 0; i < {one.name}.length; i++) {{\n"
        f"{indent}    {at} = ({kind}) ({value});\n{indent}}}"
    )


def _comment(lines: list[str]) -> str:
    found = [
        row for line in lines for row in textwrap.wrap(f"<p>{line}", 90, subsequent_indent="    ")
    ]
    return "\n".join(f"     * {row}" for row in found)


def _rows(tensors: list[Tensor]) -> str:
    rows = []
    for one in tensors:
        shape = "{" + ", ".join(map(str, one.shape)) + "}"
        rows.append(
            f'            new Tensor("{one.name}", "{one.kind}", new int[] {shape}, {one.size}, '
            f"{one.scale!r}f, {one.zero_point})"
        )
    return ",\n".join(rows)


def _array(one: Tensor) -> tuple[str, str]:
    """The type of elements in Java, and how a ByteBuffer is seen as such."""
    return _ARRAYS.get(one.kind, _BYTES)


def _lines(lines: list[str]) -> str:
    return textwrap.indent("\n".join(lines), " " * 8)


def _given(inputs: list[Tensor]) -> dict[str, str]:
    """Parameters of ``run`` and ``predict``, and what is done with them."""
    # All lengths before the first element: a call that fails changes nothing.
    checks = [f"requireLength(INPUTS.get({n}), {one.name}.length);" for n, one in enumerate(inputs)]
    run = [f"inputBuffer({n}).{_array(one)[1]}put({one.name});" for n, one in enumerate(inputs)]
    predict = [f"put(memory, {n}, {one.name});" for n, one in enumerate(inputs)]
    return {
        "run_parameters": ", ".join(f"{_array(one)[0]}[] {one.name}" for one in inputs),
        "run_puts": _lines([*checks, *run]),
        "predict_parameters": ", ".join(f"float[] {one.name}" for one in inputs),
        "predict_puts": _lines([*checks, *predict]),
    }


def _found(outputs: list[Tensor]) -> dict[str, str]:
    """Results of ``run`` and ``predict``, and how they come about."""
    run, predict = [], []
    for n, one in enumerate(outputs):
        kind, view = _array(one)
        run += [f"{kind}[] {one.name} = new {kind}[{one.count}];"]
        run += [f"outputBuffer({n}).{view}get({one.name});"]
        predict += [f"float[] {one.name} = new float[{one.count}];"]
        predict += [f"get(memory, {n}, {one.name});"]
    names = ", ".join(one.name for one in outputs)
    single = len(outputs) == 1
    return {
        "run_result": f"{_array(outputs[0])[0]}[]" if single else "Outputs",
        "run_gets": _lines([*run, f"return {names if single else f'new Outputs({names})'};"]),
        "predict_result": "float[]" if single else "Values",
        "predict_gets": _lines(
            [*predict, f"return {names if single else f'new Values({names})'};"]
        ),
    }


def _records(outputs: list[Tensor]) -> str:
    """The classes of several outputs."""
    found = _record("Outputs", outputs, "") + _record("Values", outputs, "float")
    return found.rstrip()


def _record(name: str, outputs: list[Tensor], kind: str) -> str:
    """A class of one array for each output."""
    types = [kind or _array(one)[0] for one in outputs]
    pairs = list(zip(types, outputs, strict=True))
    fields = "\n".join(f"        public final {word}[] {one.name};" for word, one in pairs)
    parameters = ", ".join(f"{word}[] {one.name}" for word, one in pairs)
    taken = "\n".join(f"            this.{one.name} = {one.name};" for one in outputs)
    about = "real numbers" if kind else "elements as they are stored"
    return (
        f"\n    /** Each output's {about}. */\n"
        f"    public static final class {name} {{\n{fields}\n\n"
        f"        {name}({parameters}) {{\n{taken}\n        }}\n    }}\n"
    )


KIND = Kind(
    "android",
    "Android",
    (Target.AARCH64,),
    "the class and the JNI library, built by javac and by CMake with GCC, run on OpenJDK 17 on "
    "Linux with -Xcheck:jni: the bytes of LiteRT, wrong lengths, use after close, threads; every "
    "kernel compiled by clang for arm64 and armv7 and run in QEMU; the syntax of build.gradle.kts",
    "Gradle, Android's NDK and devices",
    files,
)
