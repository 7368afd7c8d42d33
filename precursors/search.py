"""Text as it is searched and sorted, without accents or case.

PostgreSQL's `unaccent()` is not immutable, so the folded text is stored beside the names.
"""

import re
import unicodedata
from collections.abc import Iterable

from precursors.signs import APOSTROPHES, plain

WORDS_MAX = 8
SORT_KEY_LENGTH = 200
NO_APOSTROPHES = str.maketrans(dict.fromkeys(APOSTROPHES))
NO_WORDS = str.maketrans({"\0": " "})
PERCENT = re.compile(r"(?<=[0-9]) ?%")  # "33%" and "33 %" are one strength


def fold(text: str) -> str:
    """Fold a text for comparison: no accents, apostrophes, case; single spaces, plain hyphens."""
    return " ".join(_bare(text).replace("%", " ").split())


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", plain(text.translate(NO_APOSTROPHES)))
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(bare.casefold().translate(NO_WORDS).split())


def sort_key(name: str) -> str:
    """Return the key by which a name is sorted, where the database would sort by bytes."""
    return fold(name)[:SORT_KEY_LENGTH]


def search_text(parts: Iterable[str]) -> str:
    """Fold everything by which a row may be found into one text."""
    return fold(" | ".join(part for part in parts if part))


def search_words(query: str) -> list[str]:
    """Fold a query into the words that must all be found.

    A percent sign that belongs to no number stays a letter, which is found nowhere.
    """
    return PERCENT.sub(" ", _bare(query)).split()[:WORDS_MAX]
