"""Checks that the Spanish catalogue is complete: `python -m launcher.translations`.

Reads the sources as Django's makemessages does, but needs no gettext programs: templates are
turned into calls of gettext by Django itself, and calls are read from the syntax tree.
`python -m launcher.translations update` adds missing texts to the catalogue, untranslated,
removes unused ones, and compiles.
"""

import ast
import gettext
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

from launcher.environment import ROOT

ROOMS = (
    "precursors",
    "rules",
    "registry",
    "authorizations",
    "oversight",
    "audit",
    "pages",
    "api",
    "config",
)
PO = ROOT / "locale" / "es" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
IN_TEMPLATE = re.compile(r"(?<!\w)(n?p?gettext|_)\(")
# Positions of context, text and plural in each function's arguments; None where it has none.
PLACES: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}


@dataclass(frozen=True)
class Message:
    text: str
    context: str | None = None
    plural: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


def messages() -> dict[Message, str]:
    """Return every translatable text of the sources, with one file that has it."""
    found: dict[Message, str] = {}
    for path in _sources():
        read = _in_python if path.suffix == ".py" else _in_template
        for message in read(path.read_text(encoding="utf-8")):
            found.setdefault(message, str(path.relative_to(ROOT)))
    return found


def _sources() -> list[Path]:
    python = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    folders = [ROOT / "templates", *(ROOT / room / "templates" for room in ROOMS)]
    templates = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted([*python, *templates])


def _in_python(text: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (message := _of_call(node)):
            yield message


def _in_template(text: str) -> Iterator[Message]:
    """Read the one-line calls that Django makes of a template's tags."""
    for line in templatize(text).splitlines():
        for found in IN_TEMPLATE.finditer(line):
            yield from _in_python(_call_at(line[found.start() :]))


def _call_at(text: str) -> str:
    """The shortest beginning of the text that is a complete expression."""
    for end in (found.end() for found in re.finditer(r"\)", text)):
        try:
            ast.parse(text[:end], mode="eval")
        except SyntaxError:
            continue
        return text[:end]
    raise ValueError(f"A translation that cannot be read: {text}")


def _of_call(node: ast.Call) -> Message | None:
    name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
    if name not in PLACES:
        return None
    context, text, plural = (_constant(node.args, place) for place in PLACES[name])
    return Message(text, context, plural) if text else None


def _constant(arguments: list[ast.expr], place: int | None) -> str | None:
    if place is None or place >= len(arguments):
        return None
    value = getattr(arguments[place], "value", None)
    return value if isinstance(value, str) else None


def problems() -> list[str]:
    """Return one sentence for each text that is missing, fuzzy or not compiled."""
    catalogue = polib.pofile(str(PO)) if PO.is_file() else polib.POFile()
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    missing = [
        f"{place}: {message.text!r} is not translated."
        for message, place in messages().items()
        if message.key not in entries or not _is_complete(entries[message.key], message)
    ]
    fuzzy = [f"{entry.msgid!r} is marked fuzzy." for entry in entries.values() if entry.fuzzy]
    return [*missing, *fuzzy, *_broken_placeholders(catalogue), *_stale(catalogue)]


def _is_complete(entry: polib.POEntry, message: Message) -> bool:
    if message.plural is None:
        return bool(entry.msgstr or any(entry.msgstr_plural.values()))
    return bool(entry.msgstr_plural) and all(entry.msgstr_plural.values())


def _broken_placeholders(catalogue: polib.POFile) -> list[str]:
    return [
        f"{entry.msgid!r} names other values than its translation."
        for entry in catalogue.translated_entries()
        if entry.msgstr and _placeholders(entry.msgid) != _placeholders(entry.msgstr)
    ]


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|\{\w*\}", text))


def _stale(catalogue: polib.POFile) -> list[str]:
    """A sentence if the compiled file, which Django reads, differs from the catalogue."""
    compiled = {}
    if MO.is_file():
        with MO.open("rb") as file:
            compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    for entry in catalogue.translated_entries():
        key = f"{entry.msgctxt}\4{entry.msgid}" if entry.msgctxt else entry.msgid
        wanted = entry.msgstr or entry.msgstr_plural.get(0)
        if wanted not in (compiled.get(key), compiled.get((key, 0))):
            return [f"{MO.name} is older than {PO.name}: run `python -m {__spec__.name} update`."]
    return []


def update() -> None:
    """Bring the catalogue's entries up to date with the sources, and compile it."""
    catalogue = polib.pofile(str(PO), wrapwidth=99)
    found = {message.key: (message, place) for message, place in messages().items()}
    catalogue[:] = [entry for entry in catalogue if (entry.msgctxt, entry.msgid) in found]
    for entry in catalogue:
        entry.occurrences = [(found[entry.msgctxt, entry.msgid][1], "")]
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    catalogue.extend(_entry(*found[key]) for key in found if key not in known)
    catalogue.save()
    catalogue.save_as_mofile(str(MO))


def _entry(message: Message, place: str) -> polib.POEntry:
    plural = {0: "", 1: ""} if message.plural else {}
    return polib.POEntry(
        msgid=message.text,
        msgctxt=message.context,
        msgid_plural=message.plural or "",
        msgstr_plural=plural,
        occurrences=[(place, "")],
    )


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    if sys.argv[1:] == ["update"]:
        update()
    sys.exit("\n".join(problems()) or None)
