"""Pictures in the web app: from files and the clipboard, good and bad."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import BrowserContext, expect

from tests.web.conftest import Site, reads, upload, visit


def picture(
    text: str, size: tuple[int, int] = (300, 200), ink: int = 20, paper: int = 235
) -> bytes:
    """A PNG with a line of text in it."""
    drawn = Image.new("L", size, paper)
    ImageDraw.Draw(drawn).text(
        (size[0] / 2, size[1] / 2),
        text,
        ink,
        ImageFont.load_default(size=0.65 * size[1]),
        anchor="mm",
    )
    sink = io.BytesIO()
    drawn.save(sink, "PNG")
    return sink.getvalue()


def test_pictures_are_read(phone: BrowserContext, site: Site) -> None:
    """From files: dark or light, one digit or several."""
    page = visit(phone, site.url)
    for text, ink, paper in (("5", 20, 235), ("3", 240, 30), ("27", 0, 255)):
        upload(page, picture(text, ink=ink, paper=paper))
        expect(page.locator("#said")).to_have_text(text)
    upload(page, picture("6", (8000, 6250)))  # 50 megapixels
    expect(page.locator("#said")).to_have_text("6", timeout=30_000)
    examples = Path("runtime/examples")
    for name, digit in (("seven.jpg", "7"), ("two.jpg", "2"), ("zero.png", "0")):
        page.set_input_files("#file", examples / name)
        expect(page.locator("#said")).to_have_text(digit)


def huge() -> bytes:
    sink = io.BytesIO()
    Image.new("1", (9000, 8000), 1).save(sink, "PNG")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "empty.png", "not a picture"),
        (b"hello", "notes.txt", "not a picture"),
        (picture("7")[:40], "cut.png", "not a picture"),
        (huge(), "huge.png", "64 megapixels"),
        (picture("", (2, 2)), "tiny.png", "too small"),
        (picture(""), "blank.png", "nothing to read"),
        (picture("", paper=0), "black.png", "nothing to read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_told(
    phone: BrowserContext, site: Site, content: bytes, name: str, says: str
) -> None:
    """One clear line for a file that has nothing to read in it, and the next one works."""
    page = visit(phone, site.url)
    upload(page, content, name)
    page.wait_for_selector("#problem:not(:empty)")
    assert says in page.inner_text("#problem")
    assert page.inner_text("#said").strip() == ""
    upload(page, picture("4"))
    reads(page, "4")
    assert page.inner_text("#problem") == ""


def test_a_picture_can_be_pasted(phone: BrowserContext, site: Site) -> None:
    """A picture on the clipboard is read wherever one is."""
    page = visit(phone, site.url)
    page.evaluate(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(bytes)], "a.png", {type: "image/png"}));
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer}));
        }""",
        list(picture("2")),
    )
    reads(page, "2")


def test_what_is_no_digit_is_not_read_surely(phone: BrowserContext, site: Site) -> None:
    """Letters get an answer, since the network knows only digits, but the page shows doubts."""
    page = visit(phone, site.url)
    doubts = 0
    for letter in "ABEFHKMPRWXY":
        page.evaluate("document.body.classList.remove('answered')")
        upload(page, picture(letter))
        page.wait_for_selector("body.answered")
        doubts += "sure" not in page.inner_text("#sure") or "not sure" in page.inner_text("#sure")
    assert doubts >= 1
