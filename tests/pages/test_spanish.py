"""Every page of every role in Spanish: nothing of the English sources is left to be seen."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from http import HTTPStatus
from itertools import product
from typing import Any

import polib
import pytest
from django.conf import settings

from launcher.translations import PO
from tests.pages.test_access import MATRIX, address, browsers, rows, send

__all__ = ["browsers", "rows", "send"]

ROLES = ("anonymous", "buyer", "vendor", "rival_buyer", "officer", "inspector")
SHORTEST = 9  # a shorter text may well be a word of both languages
SILENT = {"script", "style", "template"}
TOLD = {"alt", "aria-label", "title", "placeholder"}
# One page under two addresses.
SAME = {"home", "account_reauthenticate"}


class Words(HTMLParser):
    """What a page tells its reader: texts, and the attributes that are read out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.language = self.title = ""
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        values = {name: value for name, value in attrs if value}
        self.language = self.language or values.get("lang", "")
        self.texts += [value for name, value in values.items() if name in TOLD]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not SILENT & set(self._open):
            self.texts.append(" ".join(data.split()))
        if self._open[-1:] == ["title"]:
            self.title = data


def pieces(text: str) -> Iterator[str]:
    """The parts of a text between the values and tags that it names."""
    for piece in re.split(r"%\(\w+\)s|\{\w*\}|<[^>]+>", text):
        if len(bare := piece.strip(" .,:;?¿!“”()")) >= SHORTEST:
            yield bare


@pytest.fixture(scope="module")
def english() -> re.Pattern[str]:
    """What no Spanish page may say: every text of the sources that reads otherwise in Spanish."""
    entries = polib.pofile(str(PO)).translated_entries()
    spanish = " ".join(" ".join([e.msgstr, *e.msgstr_plural.values()]) for e in entries)
    sources = {
        piece for e in entries for text in (e.msgid, e.msgid_plural) for piece in pieces(text)
    }
    words = sorted(sources - {piece for piece in sources if piece in spanish}, key=len)[::-1]
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b")


def test_every_page_speaks_spanish_alone_under_a_title_of_its_own(
    send: Callable[..., Any], browsers: Any, rows: Any, english: re.Pattern[str]
) -> None:
    """A part of a page, which has no head, is read by nobody alone."""
    for role in ROLES:
        browsers[role].cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    left: set[tuple[str, str]] = set()
    languages: set[str] = set()
    titles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, role in product(MATRIX, ROLES):
        answer = send(role, "get", address(name, rows))
        if b"<html" in getattr(answer, "content", b""):
            page = Words(answer.content.decode())
            if name != "api_docs":  # which is in English, and says so
                left |= {(name, found) for text in page.texts for found in english.findall(text)}
            languages.add(page.language)
            if answer.status_code == HTTPStatus.OK and name not in SAME:
                titles[role, page.title].add(name)
    assert left == set()
    assert languages == {"es"}
    assert [names for names in titles.values() if len(names) > 1] == []
    assert len(titles) > 120


def test_a_buyer_buys_from_a_supplier(browsers: dict[str, Any], rows: dict[str, Any]) -> None:
    """In Peru who buys speaks of its `proveedor`, on every page of its own."""
    names = ["home", *(name for name in MATRIX if name.startswith("buyer:"))]
    names.remove("buyer:purchases_csv")
    said = {name: send_spanish(browsers["buyer"], address(name, rows)) for name in names}
    assert {name for name, words in said.items() if "vendedor" in words.casefold()} == set()
    assert any("Proveedor" in words for words in said.values())


def send_spanish(client: Any, place: str) -> str:
    client.cookies["django_language"] = "es"
    return " ".join(Words(client.get(place, follow=True).content.decode()).texts)
