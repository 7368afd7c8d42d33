"""How a person goes through pages: with a pointer, or with the keyboard alone.

Both name parts of a page by CSS selectors, which are the same in every language.
"""

from playwright.sync_api import Locator, Page, expect

STOPS_MAX = 400

# How everything that can take the focus looks before it does; asked once on each page.
REMEMBER = """() => {
  const seen = (color) => !color.endsWith(", 0)");
  const outline = (style) =>
    style.outlineStyle !== "none" && seen(style.outlineColor) ? style.outline : "";
  const part = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    return [outline(style), style.boxShadow, style.backgroundColor, style.border].join();
  };
  window.looks = (element) => [element, ...(element.labels ?? [])]
    .flatMap((each) => [null, "::before", "::after"].map((pseudo) => part(each, pseudo))).join();
  const reached = document.querySelectorAll("a, button, input, select, textarea, [tabindex]");
  window.unfocused = new Map([...reached].map((each) => [each, window.looks(each)]));
}"""
UNSEEN = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  const told = element.outerHTML.slice(0, 200);
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
    return `out of sight: ${told}`;
  return window.looks(element) === window.unfocused.get(element) ? `looks as before: ${told}` : "";
}"""


class Pointer:
    """A mouse or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def arrive(self, *, is_known: bool = False) -> None:
        """Take a page in, before anything is done on it."""

    def write(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)

    def choose(self, selector: str) -> None:
        """One of several radio buttons."""
        self.page.check(selector)

    def press(self, selector: str) -> None:
        """A button or a link that stays on the page."""
        self.page.locator(selector).last.click()

    def go(self, selector: str) -> None:
        """A button or a link that leads to a page."""
        with self.page.expect_navigation():
            self.press(selector)


class Keyboard(Pointer):
    """No pointer at all; where the focus is can be seen at every step."""

    def arrive(self, *, is_known: bool = False) -> None:
        """Find the way past the page's head first, and walk round the whole of a new page.

        Where the page has put the focus on something, as on what went wrong, it is left there.
        """
        self.page.evaluate(REMEMBER)
        if self._focused("body"):
            self._tab()
            expect(self.page.locator(".govuk-skip-link")).to_be_focused()
            if not is_known:
                self._walk_round()

    def _walk_round(self) -> None:
        for _stop in range(STOPS_MAX):
            self._tab()
            if self._focused(".govuk-skip-link"):
                return
        raise AssertionError("The focus never comes back to the beginning.")

    def write(self, selector: str, text: str) -> None:
        self._reach(self.page.locator(selector))
        self.page.keyboard.type(text)

    def choose(self, selector: str) -> None:
        wanted = self.page.locator(selector)
        name = wanted.get_attribute("name")
        self._reach_any(f"[name={name}]")
        for _other in range(self.page.locator(f"[name={name}]").count()):
            if self._focused(selector):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        expect(wanted).to_be_checked()

    def press(self, selector: str) -> None:
        self._reach(self.page.locator(selector).last)
        self.page.keyboard.press("Enter")

    def _reach(self, wanted: Locator) -> None:
        for _stop in range(STOPS_MAX):
            if wanted.evaluate("(element) => element === document.activeElement"):
                return
            self._tab()
        raise AssertionError(f"No Tab reaches {wanted}.")

    def _reach_any(self, selector: str) -> None:
        for _stop in range(STOPS_MAX):
            if self._focused(selector):
                return
            self._tab()
        raise AssertionError(f"No Tab reaches {selector}.")

    def _tab(self) -> None:
        self.page.keyboard.press("Tab")
        if not self._focused("body"):  # between the last stop and the first
            unseen = self.page.evaluate(UNSEEN)
            assert not unseen, f"{self.page.url}: {unseen}"

    def _focused(self, selector: str) -> bool:
        matches: bool = self.page.evaluate(
            "(selector) => document.activeElement.matches(selector)", selector
        )
        return matches
