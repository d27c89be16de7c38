"""The browser helper finds what it is there to find."""

from pathlib import Path

from tests.browser import chromium, open_page, overflow, violations

GOOD = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>good</title><main><h1>good</h1><p>text</p></main></html>"""
BAD = """<!doctype html><html><title>bad</title><main><h1>bad</h1><img src="missing.png">
<p style="width: 900px; color: #999; background: #aaa">faint and wide</p>
<p style="width: 50px">Donaudampfschiffahrt</p>
<script>nothing()</script></main></html>"""


def test_a_sound_page_passes_and_a_bad_one_is_told_why(tmp_path: Path) -> None:
    """A picture without text, faint text, a page without language, a script that fails."""
    for name, text in (("good", GOOD), ("bad", BAD)):
        (tmp_path / f"{name}.html").write_text(text)
    with chromium() as browser:
        good = open_page(browser, (tmp_path / "good.html").as_uri(), 360)
        assert violations(good) == good.problems == overflow(good) == []
        bad = open_page(browser, (tmp_path / "bad.html").as_uri(), 360)
        rules = {line.split()[0] for line in violations(bad)}
        assert {"image-alt", "color-contrast", "html-has-lang"} <= rules
        assert any("nothing is not defined" in problem for problem in bad.problems)
        assert any("missing.png" in problem for problem in bad.problems)
        assert [line.split()[1] for line in overflow(bad) if line.startswith("p")] == [
            "faint",
            "Donaudampfschiffahrt",
        ]
