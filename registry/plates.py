"""Vehicle plates as people and papers write them: one, several in a text, or none at all."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import inputs

# Letters of what was told of one vehicle, and of all in one text: of columns, forms and bodies.
PLATE_LENGTH, TOLD_LENGTH = 100, 1000
# Dashes, dots and the bullets that some countries press between the groups (Chile: BB·CD-12).
MARKS = r"\-\u2010-\u2015\u2212\ufe58.·•‧∙⋅・"
BETWEEN = re.compile(rf"[\s{MARKS}]+")
# A word for having none has no digit; one for a plate that is awaited has a long word in it.
PLATE = re.compile(r"(?=.*[0-9])(?!0+$)(?!.*[A-Z]{6})[A-Z0-9]{3,15}", re.ASCII)
# Longer than any group of a plate that is written in groups (T1A 801, AB 123 CD, 1234 ABC).
WHOLE = re.compile(r"(?=.*[A-Z])(?=.*[0-9])[A-Z0-9]{5,}", re.ASCII)
PERUVIAN = re.compile(r"([A-Z][A-Z0-9]{2})([0-9]{3})", re.ASCII)
TWO_PERUVIAN = re.compile(rf"(?:{PERUVIAN.pattern}){{2,}}", re.ASCII)
# What stands between two vehicles beyond doubt.
AND = re.compile(
    r"(?:[\\+,;|&()\[\]]|(?<!^[a-z])(?<![\s/][a-z])/)+"  # not within S/P, N/A
    r"|(?<![\w\-])(?:y|and|con|with|placas?|plates?|tracto|tractor|cami[oó]n|truck|carreta|cisterna"
    r"|acoplado|(?:semi[- ]?)?(?:r?remolque|trailer))(?![\w\-]|\s\d)[.:#]*",
    re.IGNORECASE,
)
SPACED = (re.compile(rf"\s+(?:[{MARKS}]\s+)?"), re.compile(rf"(?<![{MARKS}])\s+(?![{MARKS}])"))


def compact_plate(text: str) -> str:
    """Return capitals and digits as they are compared, of whatever was typed for a plate."""
    return BETWEEN.sub("", _visible(text)).upper()


def is_plate(text: str) -> bool:
    """Whether this, compact, is a plate: not a word for having none, nor several in one."""
    return bool(PLATE.fullmatch(text) and not TWO_PERUVIAN.fullmatch(text))


def normal_plate(text: str) -> str:
    """Return a plate as it is stored: capitals and digits. Raises Refused("plate_invalid")."""
    plates = [*_told(_visible(text))]
    if len(plates) != 1 or not is_plate(plates[0]):
        raise Refused(
            "plate_invalid",
            _("A plate has 3 to 15 letters and digits, such as ABC-123."),
            field="plate",
        )
    return plates[0]


def told_plates(text: str, trailers: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what was told of the vehicles of a load, the tractor first, each once.

    A plate is compact, wherever it stands; what is none, perhaps nothing, stays as it was told.
    Raises Refused: not_text, too_long.
    """
    first, *others = _checked(text, field="plate")
    more = [each for told in trailers for each in _checked(told, field="trailers")]
    return tuple(dict.fromkeys([first, *(each for each in (*others, *more) if each)]))


def write_plate(plate: str) -> str:
    """Return a plate as its country writes it, where its form tells: T1A-801."""
    return PERUVIAN.sub(r"\1-\2", plate) if PERUVIAN.fullmatch(plate) else plate


def _checked(text: str, *, field: str) -> list[str]:
    told = _told(inputs.optional_text(_visible(text), field=field, at_most=TOLD_LENGTH))
    return [inputs.optional_text(each, field=field, at_most=PLATE_LENGTH) for each in told]


def _visible(text: str) -> str:
    """The text in plain letters: full-width ones are the same, and unseen signs are none."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf").strip()


def _told(text: str) -> list[str]:
    """The plates in a text; with them, what else stands where one of them could."""
    text = " / ".join(line.strip() for line in text.splitlines())
    parts = [part.strip() for part in AND.split(text)]
    parts = [each for part in parts if part for each in _spaced(part)]
    plates = [compact_plate(part) for part in parts]
    several = len(plates) > 1 and all(map(is_plate, plates))
    if several or any(is_plate(plate) and WHOLE.fullmatch(plate) for plate in plates):
        return [*_with_others(text, parts)]
    whole = compact_plate(text)
    return [whole if is_plate(whole) else " ".join(text.split())]


def _spaced(part: str) -> list[str]:
    """Two plates with a space between are two; a plate with a space within is one."""
    for between in SPACED:
        words = between.split(part)
        if len(words) > 1 and all(WHOLE.fullmatch(compact_plate(word)) for word in words):
            return words
    glued = compact_plate(part)
    if TWO_PERUVIAN.fullmatch(glued):
        return [found[0] for found in PERUVIAN.finditer(glued)]
    return [part]


def _with_others(text: str, parts: list[str]) -> Iterator[str]:
    """Each plate, compact; and what stands between two of them in one piece, as it was told."""
    pending, end = -1, 0
    for part in parts:
        start = text.find(part, end)
        plate = compact_plate(part)
        if is_plate(plate):
            if pending >= 0:
                yield " ".join(text[pending:end].split())
            yield plate
            pending = -1
        elif pending < 0:
            pending = start
        end = max(end, start + len(part))
    if pending >= 0:
        yield " ".join(text[pending:end].split())
