"""What a page gives its worker to read, and the bytes that come back."""

import base64

from PIL import Image
from playwright.sync_api import Page

LISTEN = """
const post = Worker.prototype.postMessage;
window.read = [];
Worker.prototype.postMessage = function (message, given) {
    if (!this.heard) {
        this.heard = true;
        this.addEventListener("message", ({ data: { id, result } }) => {
            const one = window.read.find((each) => each.id === id);
            if (!one || !result?.readings) return;
            one.codes = result.readings.map(({ codes }) => [...codes[0]]);
            one.values = result.found?.map(({ values }) => [...(values ?? [])]);
        });
    }
    const { thing } = message.about ?? {};
    if (message.job === "read") {
        window.read.push({ id: message.id, width: thing?.width, height: thing?.height,
            pixels: thing?.data?.slice() });
    }
    return post.call(this, message, given);
};"""
"""Keeps what the page reads, with a picture's pixels, and the bytes of the answer."""

TAKE = """() => {
    const done = window.read.filter(({ codes, pixels }) => codes && pixels);
    window.read = window.read.filter(({ codes }) => !codes);
    const text = (bytes) => {
        let found = "";
        for (let i = 0; i < bytes.length; i += 4096) {
            found += String.fromCharCode(...bytes.subarray(i, i + 4096));
        }
        return btoa(found);
    };
    return done.map(({ pixels, ...rest }) => ({ ...rest, pixels: text(pixels) }));
}"""


def taken(page: Page) -> list[tuple[Image.Image, list[int]]]:
    """What was read since: each picture's pixels and the bytes that the network gave."""
    return [
        (
            Image.frombytes("RGBA", (one["width"], one["height"]), base64.b64decode(one["pixels"])),
            one["codes"][0],
        )
        for one in page.evaluate(TAKE)
    ]
