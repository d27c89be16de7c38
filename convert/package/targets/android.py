"""An Android library module: a Java class, and JNI over the C."""

import re
import textwrap

from convert.package import bridge, told
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
        raise DataError(f"--group {group!r} is no Java package: give lower-case words, org.example")
    if kept := [word for word in words if word in _KEYWORDS.split()]:
        raise DataError(f"--group {group} has {kept[0]} in it, a keyword of Java: choose another")


def files(library: Library) -> dict[str, bytes]:
    """A module for a Gradle project."""
    values = _values(library)
    java, cpp = f"src/main/java/{values['path']}.java", "src/main/cpp"
    sources = {f"{cpp}/{name}": content for name, content in bridge.files(library).items()}
    return {
        "build.gradle.kts": bridge.filled("android/build.gradle.kts", values),
        "consumer-rules.pro": bridge.filled("android/consumer-rules.pro", values),
        "src/main/AndroidManifest.xml": bridge.filled("android/AndroidManifest.xml", values),
        java: bridge.filled("android/Class.java", values),
        f"{cpp}/CMakeLists.txt": bridge.filled("android/CMakeLists.txt", values),
        f"{cpp}/{library.name}_jni.c": bridge.filled("android/jni.c", values),
        **sources,
        "example/Example.java": bridge.filled("android/Example.java", values),
        **bridge.documents(library, KIND.proof, values),
    }


def _values(library: Library) -> dict[str, str]:
    """What the templates are filled with."""
    inputs, outputs = bridge.inputs(library.unit), bridge.outputs(library.unit)
    package, name = package_name(library.name, library.about.group), class_name(library.name)
    several = len(outputs) > 1
    return {
        **bridge.common(library),
        "group": library.about.group,
        "package": package,
        "class": name,
        "path": f"{package.replace('.', '/')}/{name}",
        "input_names": ", ".join(bridge.quoted(one.name) for one in inputs),
        "output_names": ", ".join(bridge.quoted(one.name) for one in outputs),
        "input_rows": _rows(inputs),
        "output_rows": _rows(outputs),
        "title": told.title(library),
        "usage": "Answer answer = network.classify(values);"
        if library.labels
        else f"{'Values' if several else 'float[]'} reals = network.predict(values);",
        "run_told": _comment([*told.stored(inputs), *told.stored(outputs)]),
        "whose": "each output" if several else "the output",
        "numbers": told.numbers(library),
        "nothing_kept": "" if library.unit.state else ": nothing, here",
        "arguments_told": ", ".join(one.name for one in inputs),
        "classify_told": "\n    Answer answer = "
        f"network.classify({', '.join(one.name for one in inputs)});      // answer.label"
        if library.labels
        else "",
        **_methods(inputs, outputs),
        **_classifier(library, inputs, outputs),
        "pixels": _pixels(library, inputs, outputs),
    }


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


def _methods(inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """Parameters, results and bodies of ``run`` and ``predict``."""
    puts = [f"requireLength(INPUTS.get({n}), {one.name}.length);" for n, one in enumerate(inputs)]
    puts += [f"inputBuffer({n}).{_array(one)[1]}put({one.name});" for n, one in enumerate(inputs)]
    run_gets, predict_gets = [], []
    for n, one in enumerate(outputs):
        kind, view = _array(one)
        run_gets += [
            f"{kind}[] {one.name} = new {kind}[{one.count}];",
            f"outputBuffer({n}).{view}get({one.name});",
        ]
        predict_gets += [
            f"float[] {one.name} = new float[{one.count}];",
            f"get(memory, {n}, {one.name});",
        ]
    names = ", ".join(one.name for one in outputs)
    single = len(outputs) == 1
    return {
        "run_parameters": ", ".join(f"{_array(one)[0]}[] {one.name}" for one in inputs),
        "run_result": f"{_array(outputs[0])[0]}[]" if single else "Outputs",
        "run_told_result": f"{_array(outputs[0])[0]}[]" if single else "Outputs",
        "run_puts": _lines(puts),
        "run_gets": _lines([*run_gets, f"return {names if single else f'new Outputs({names})'};"]),
        "predict_parameters": ", ".join(f"float[] {one.name}" for one in inputs),
        "predict_result": "float[]" if single else "Values",
        "predict_puts": _predict_puts(inputs),
        "predict_gets": _lines(
            [*predict_gets, f"return {names if single else f'new Values({names})'};"]
        ),
    }


def _predict_puts(inputs: list[Tensor]) -> str:
    # All lengths before the first number: a call that fails changes nothing.
    checks = [f"requireLength(INPUTS.get({n}), {one.name}.length);" for n, one in enumerate(inputs)]
    return _lines([*checks, *(f"put(memory, {n}, {one.name});" for n, one in enumerate(inputs))])


def _pixels(library: Library, inputs: list[Tensor], outputs: list[Tensor]) -> str:
    """The same methods for pixels in bytes, where the network is for such."""
    if not told.is_pixels(library):
        return ""
    methods = _methods(inputs, outputs) | {
        "input": inputs[0].name,
        "numbers": told.numbers(library),
    }
    return bridge.filled_text("android/pixels.java", methods)


def _classifier(library: Library, inputs: list[Tensor], outputs: list[Tensor]) -> dict[str, str]:
    """What a network with labels has besides, and the classes of several outputs."""
    nested = "".join(
        _record(name, outputs, kind) for name, kind in (("Outputs", ""), ("Values", "float"))
    )
    result = {"labels": "", "classify": "", "nested": nested if len(outputs) > 1 else ""}
    kind = told.scores(library)
    if not kind:
        return result
    labels = ",\n".join(f"            {bridge.as_ascii(label)}" for label in library.labels)
    result["labels"] = (
        "\n    /** The classes. */\n    public static final List<String> LABELS = "
        f"Collections.unmodifiableList(Arrays.asList(\n{labels}));\n"
    )
    values = {
        **_methods(inputs, outputs),
        "numbers": told.numbers(library),
        "arguments": ", ".join(one.name for one in inputs),
        "scores": f".{outputs[0].name}" if len(outputs) > 1 else "",
        "first": outputs[0].name,
        "shares": bridge.filled_text(f"android/{_SHARES[kind]}.java", {}),
    }
    result["classify"] = bridge.filled_text("android/classify.java", values)
    if told.is_pixels(library):
        result["classify"] += bridge.filled_text(
            "android/classify_pixels.java", values | {"input": inputs[0].name}
        )
    result["classify"] += bridge.filled_text("android/answer.java", values)
    result["nested"] += bridge.filled_text("android/record.java", {})
    return result


_SHARES = {
    "logits": "softmax",
    "probabilities": "clipped",
    "independent": "clipped",
    "binary": "binary",
}
"""The template that makes probabilities of scores."""


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
    (),
    "the class and the JNI library, built by javac and by CMake with GCC, run on OpenJDK 17 on "
    "Linux with -Xcheck:jni: the bytes of LiteRT, wrong lengths, use after close, threads; every "
    "kernel compiled by clang for arm64 and armv7 and run in QEMU; the syntax of build.gradle.kts",
    "Gradle, Android's NDK and devices",
    files,
)
