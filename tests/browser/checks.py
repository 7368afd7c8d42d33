"""What holds on every page, whoever sees it, in every language and width."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

AXE = (Path(__file__).parent / "axe.min.js").read_text()
RUN_AXE = """async () => {
  const found = await axe.run({
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  });
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""
# Links inside a sentence are exempt, as in WCAG 2.5.8. An input's label is part of its target.
SMALL_TARGETS = """(least) => {
  const inSentence = (e) => e.matches("a") && getComputedStyle(e).display === "inline";
  const height = (e) => {
    const labels = [...(e.labels ?? [])].map((label) => label.getBoundingClientRect().height);
    return Math.max(e.getBoundingClientRect().height, ...labels);
  };
  return [...document.querySelectorAll("main a[href], main button, main input, main select")]
    .filter((e) => e.offsetParent && e.type !== "hidden" && !inSentence(e))
    .filter((e) => height(e) < least - 0.5)
    .map((e) => `${Math.round(height(e))} px: ${e.outerHTML.slice(0, 160)}`);
}"""
# How far the page sticks out sideways: as it is, and with letters and words as far apart as a
# reader may set them (WCAG 1.4.12): in a narrow font too, that is as wide as in a wide one.
OVERHANGS = """() => {
  const overhang = () => document.documentElement.scrollWidth - innerWidth;
  const own = document.adoptedStyleSheets;
  const spacing = new CSSStyleSheet();
  spacing.replaceSync("* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important }");
  const asItIs = overhang();
  document.adoptedStyleSheets = [...own, spacing];
  const spaced = overhang();
  document.adoptedStyleSheets = own;
  return { "sideways scroll": asItIs, "sideways scroll of spaced text": spaced };
}"""
# Chromium logs most violations by itself, and blocks some without a word.
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`blocked by ${event.effectiveDirective}: ${event.blockedURI}`));"""
WIDTHS = (320, 390, 1280)
TARGET_PX, LARGE_TARGET_PX = 24, 44


def watch(page: Page) -> Page:
    """Gather what goes wrong in a page: console errors, blocked content, foreign requests."""
    problems: list[str] = []
    page.problems = problems  # type: ignore[attr-defined]
    page.add_init_script(TELL_VIOLATIONS)
    page.on("console", lambda message: problems.extend(_complaints(page, message)))
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("request", lambda request: problems.extend(_foreign(page, request)))
    return page


def check_at_every_width(page: Page) -> None:
    """Do `check_page` on a small telephone, a telephone and a desk, without loading it again.

    The markup is looked at on the narrowest and the widest, and in English alone: in Spanish it
    is the same, and what differs is how wide it is.
    """
    is_english = page.locator("html").get_attribute("lang") == "en"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_page(page, markup=is_english and width in (WIDTHS[0], WIDTHS[-1]))


def check_page(page: Page, *, markup: bool = True) -> None:
    """Fail with everything that is wrong with the page as it stands, once it has loaded.

    Without `markup` axe does not look at it: it takes as long as all else together. What comes
    later is gathered, and told by `check_nothing_went_wrong` at the end of a visit.
    """
    page.wait_for_load_state("load")
    problems = [*(_axe(page) if markup else ()), *_head(page), *_layout(page)]
    problems += _gathered(page)  # last: what loading set off is told by now
    assert not problems, f"{page.url}\n" + "\n".join(problems)


def check_scriptless_page(page: Page, mirror: Page) -> None:
    """Do `check_page` where no script may run: axe looks at the same markup in another page."""
    page.wait_for_load_state("load")
    mirror.unroute_all()
    mirror.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    markup = page.content()
    mirror.route(page.url, lambda route: route.fulfill(body=markup, content_type="text/html"))
    mirror.goto(page.url)
    problems = [*_axe(mirror), *_head(page), *_layout(page), *_gathered(page)]
    assert not problems, f"{page.url}\n" + "\n".join(problems)


def check_nothing_went_wrong(page: Page) -> None:
    """Fail with what was gathered since the page was opened, wherever it went."""
    page.wait_for_load_state("networkidle")
    assert not _gathered(page), "\n".join(_gathered(page))


def _gathered(page: Page) -> list[str]:
    return getattr(page, "problems", [])


def _complaints(page: Page, message: ConsoleMessage) -> list[str]:
    # Chromium logs the page's own status too: a form with errors, a missing page.
    expected = message.text.startswith("Failed to load resource") and (
        urlsplit(message.location["url"]).path == urlsplit(page.url).path
    )
    return [] if message.type != "error" or expected else [f"console: {message.text}"]


def _foreign(page: Page, request: Request) -> list[str]:
    address = urlsplit(request.url)
    home = urlsplit(page.url).netloc or address.netloc
    local = address.scheme in {"data", "about", "blob"} or address.netloc == home
    return [] if local else [f"request to another host: {request.url}"]


def _axe(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE)
    return found


def _head(page: Page) -> list[str]:
    title, failed = page.title(), page.locator(".govuk-error-summary").count() > 0
    language = page.locator("html").get_attribute("lang")
    problems = [] if language in {"en", "es"} else [f"lang: {language}"]
    if not title.split("–")[0].strip():
        problems.append(f"title: {title}")
    if title.startswith(("Error:", "Error ")) != failed:
        problems.append(f'"Error:" stands before a title only after a failed submit: {title}')
    if page.locator("h1").count() != 1:
        problems.append(f"{page.locator('h1').count()} headings of the first level")
    return problems


def sideways(page: Page) -> list[str]:
    """How a page scrolls sideways, which none may."""
    overhangs: dict[str, float] = page.evaluate(OVERHANGS)
    return [f"{what}: {overhang} px" for what, overhang in overhangs.items() if overhang > 0]


def _layout(page: Page) -> list[str]:
    problems = sideways(page)
    least = LARGE_TARGET_PX if page.locator(".app-large-targets").count() else TARGET_PX
    return problems + [f"small target, {each}" for each in page.evaluate(SMALL_TARGETS, least)]
