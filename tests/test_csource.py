"""A model in C source is read as the ``.tflite`` that it holds, however the array is written."""

import subprocess
from pathlib import Path

import pytest

from convert import csource, tflite
from runtime.errors import ModelError
from tests.compiler import networks
from tests.conftest import Command

MODEL = networks.dense()


def hexadecimal(content: bytes = MODEL) -> str:
    return ", ".join(f"0x{byte:02X}" for byte in content)


STYLES = {
    "micro": f'#include "net.h"\nalignas(16) const unsigned char g_net[] = {{{hexadecimal()}}};\n'
    f"const int g_net_len = {len(MODEL)};",
    "attribute": "#ifdef __has_attribute\n#define ALIGN(X) __attribute__((aligned(X)))\n#endif\n"
    f'const uint8_t g_net[{len(MODEL)}] ALIGN(4) __attribute__((section(".m"))) =\n'
    f"{{\n {hexadecimal()},\n}};",
    "decimal": f"const unsigned char x[] = {{{', '.join(map(str, MODEL))}}};",
    "signed": "static const signed char x[] PROGMEM={"
    + ",".join(str(byte - 256 if byte > 127 else byte) for byte in MODEL)
    + "};",
    "suffixes": f"uint8_t x[] = {{{', '.join(f'{byte}u' for byte in MODEL)}}};",
    "namespace": f"namespace a {{ namespace b {{ const char x[]{{{hexadecimal()}}}; }} }}",
    "std::array": f"std::array<uint8_t, 9> x = {{{{{hexadecimal()}}}}};",
    "comments": "/* = {1, 2} */ const char x[] = { // it's {the} model\n"
    + ", /* 'next' */\n".join(f'0x{byte:02x} // "{n}' + "\n" for n, byte in enumerate(MODEL))
    + "};",
    "others": "static const int8_t a[] = {1, 2, 3, 4, 5, 6, 7, 8, 9}; enum { A, B };\n"
    f'const char x[] = {{{hexadecimal()}}}; const char *const names[] = {{"TFL3", "x"}};',
    "both branches": f"#if A\nconst char x[] = {{{hexadecimal()}}};\n#else\n"
    f"char x[] = {{{hexadecimal()}}};\n#endif",
}


@pytest.mark.parametrize("style", STYLES)
def test_any_style_gives_the_file(style: str, tmp_path: Path) -> None:
    """Alignment, attributes, number formats, comments, other arrays: the same bytes."""
    for suffix in ("cc", "h", "txt"):
        path = tmp_path / f"net.{suffix}"
        path.write_text(STYLES[style])
        assert tflite.read(path).content == MODEL


def test_what_xxd_writes(tmp_path: Path) -> None:
    """The usual tool's output."""
    (tmp_path / "net.tflite").write_bytes(MODEL)
    try:
        done = subprocess.run(
            ["xxd", "-i", "net.tflite"], cwd=tmp_path, capture_output=True, check=True
        )
    except OSError:
        pytest.skip("needs xxd")
    (tmp_path / "net.cc").write_bytes(done.stdout)
    assert tflite.read(tmp_path / "net.cc").content == MODEL


def test_several_models_are_named() -> None:
    """Which one is meant cannot be known."""
    other = hexadecimal(networks.dense(4))
    text = f"const char one[] = {{{hexadecimal()}}}; char two [] = {{{other}}};"
    with pytest.raises(ModelError, match=r"net\.cc has 2 models \(one, two\)"):
        csource.model(text.encode(), "net.cc")


@pytest.mark.parametrize(
    "text",
    [
        "extern const unsigned char g_net[];",
        "const char x[] = {1, 2, 3};",
        f"const char x[] = {{{hexadecimal()}, LENGTH}};",
        f"const char x[] = {{{hexadecimal()}, 256}};",
        f"const char x[] = {{{hexadecimal()}",
        "{" * 1000,
        "",
    ],
)
def test_no_model_is_one_line(tmp_path: Path, text: str) -> None:
    """A declaration, another array, one cut short: what to give instead."""
    (tmp_path / "net.h").write_text(text)
    with pytest.raises(ModelError, match=r'net\.h has no array that holds a \.tflite \("TFL3"'):
        tflite.read(tmp_path / "net.h")


def test_a_damaged_model_in_c_is_refused(tmp_path: Path) -> None:
    """As the file would be."""
    (tmp_path / "net.c").write_text(f"char x[] = {{{hexadecimal(MODEL[:300])}}};")
    with pytest.raises(ModelError, match="is damaged"):
        tflite.read(tmp_path / "net.c")


def test_commands_take_it(run: Command, tmp_path: Path) -> None:
    """The compiler and carray; neither writes over what it reads."""
    (tmp_path / "net.cc").write_text(STYLES["micro"])
    (tmp_path / "net_data.c").write_text(STYLES["micro"])
    assert run("convert.compiler", tmp_path / "net.cc").returncode == 0
    assert "Made by: python -m convert.compiler net.cc --match" in (tmp_path / "net.h").read_text()
    done = run("convert.carray", tmp_path / "net_data.c", "--name", "net")
    assert done.returncode == 1
    assert "would be written over" in done.stderr
    assert (tmp_path / "net_data.c").read_text() == STYLES["micro"]
    done = run("convert.carray", tmp_path / "net.cc", "--name", "second")
    assert done.returncode == 0, done.stderr
    assert "net.cc --name second" in (tmp_path / "second_data.h").read_text()
    assert tflite.read(tmp_path / "second_data.c").content == MODEL
