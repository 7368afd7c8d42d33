"""What every page is held to can fail: each test plants one fault and sees it found."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.checks import check_page, watch
from tests.browser.hands import Keyboard

HOME = "http://portal.example/"
SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sound – Portal</title>
<link rel="stylesheet" href="/style.css"></head><body>
<a class="govuk-skip-link" href="#main-content">Skip</a>
<main id="main-content" tabindex="-1"><h1>Sound</h1><a class="button" href="/">Home</a></main>
</body></html>"""
STYLE = ".button, .govuk-skip-link { display: block; padding: 1rem }"
POLICY = {"content-security-policy": "default-src 'self'"}
END = "</main>"

Show = Callable[..., Page]


@pytest.fixture
def show(chromium: Browser) -> Iterator[Show]:
    """Open the sound page, or what became of it."""
    context = chromium.new_context(viewport={"width": 320, "height": 900})
    page = watch(context.new_page())

    def answer(route: Route) -> None:
        is_style = route.request.url.endswith(".css")
        body, kind = (page.style, "text/css") if is_style else (page.markup, "text/html")  # type: ignore[attr-defined]
        route.fulfill(body=body, content_type=kind, headers=POLICY)

    def show(markup: str = SOUND, style: str = "") -> Page:
        page.markup, page.style = markup, STYLE + style  # type: ignore[attr-defined]
        page.route("**/*", answer)
        page.goto(HOME)
        return page

    yield show
    context.close()


def test_nothing_is_wrong_with_a_sound_page(show: Show) -> None:
    check_page(show())


@pytest.mark.parametrize(
    ("sound", "faulty", "found"),
    [
        (END, "<script>alert(1)</script></main>", "blocked by script-src"),
        (END, '<p style="color: red">Red</p></main>', "blocked by style-src"),
        (END, '<img src="http://elsewhere.example/a.png" alt=""></main>', "another host"),
        (END, '<img src="/a.svg"></main>', "image-alt"),
        (END, "<input></main>", "label: "),
        (END, "<h1>Again</h1></main>", "2 headings"),
        (END, '<div class="govuk-error-summary">Wrong</div></main>', "failed submit"),
        (' lang="en"', "", "lang: "),
        (' lang="en"', ' lang="xx"', "lang: xx"),
        ("Sound – Portal", " – Portal", "title: "),
        ("Sound – Portal", "Error: Sound – Portal", "failed submit"),
        (">Home<", f">{'Home' * 60}<", "sideways scroll"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(
    show: Show, sound: str, faulty: str, found: str
) -> None:
    page = show(SOUND.replace(sound, faulty, 1))
    with pytest.raises(AssertionError, match=re.escape(found)):
        check_page(page)


def test_what_is_too_small_to_touch_is_found(show: Show) -> None:
    page = show(style=".button { padding: 0; font-size: 10px }")
    with pytest.raises(AssertionError, match="small target"):
        check_page(page)


def test_what_fits_only_where_letters_are_narrow_is_found(show: Show) -> None:
    page = show(SOUND.replace(">Home<", f">{'H' * 28}<"), ".button { font: 16px monospace }")
    with pytest.raises(AssertionError, match=f"^{HOME}\nsideways scroll of spaced text: "):
        check_page(page)


def test_the_keyboard_reaches_what_shows_its_focus(show: Show) -> None:
    page = show()
    hand = Keyboard(page)
    hand.arrive()
    hand.go(".button")
    check_page(page)


def test_a_focus_that_cannot_be_seen_is_found(show: Show) -> None:
    page = show(style=".button:focus { outline: 3px solid transparent }")
    with pytest.raises(AssertionError, match="looks as before"):
        Keyboard(page).arrive()


def test_a_stop_out_of_sight_is_found(show: Show) -> None:
    page = show(style=".button { position: fixed; top: -9rem }")
    with pytest.raises(AssertionError, match="out of sight"):
        Keyboard(page).arrive()


def test_a_head_that_cannot_be_passed_is_found(show: Show) -> None:
    page = show(SOUND.replace("<body>", '<body><a href="/">First</a>'))
    with pytest.raises(AssertionError, match="focused"):
        Keyboard(page).arrive()
