"""Signs of a text: which of them show nothing, mislead, or stand for another one.

`tidy` is what every door of the portal does with a text: page, API and command.
"""

import re
import unicodedata

# What shows nothing where it stands: Unicode's default ignorable code points, except those that
# turn the direction of what follows. Copied along with a text, unseen by whoever copies it.
HIDDEN = (
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
# Letters by name, blanks to the eye: fillers of Hangul, and Braille without a dot.
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
# One name could be shown as another.
TURNING = "\u202a-\u202e\u2066-\u2069"
# Control characters but those that part lines, surrogates, private use and what is no character.
UNWRITABLE = (
    "\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000f0000-\U0010ffff"
)
APOSTROPHES = "'`´ʹʻʼʽˈ‘’‛′＇"
DASHES = "-\u2010-\u2015\u2043\u2212\u02d7\ufe58\ufe63\uff0d"

_HIDDEN = re.compile(f"[{HIDDEN}]")
_BLANK = re.compile(f"[{BLANK}]")
_TURNING = re.compile(f"[{TURNING}]")
_NO_TEXT = re.compile(f"[\0{TURNING}{UNWRITABLE}]")
_LEFT_OUT = re.compile(f"[{TURNING}{UNWRITABLE}]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_DASHES = re.compile(f"[{DASHES}]")
MARKS_MAX = 3  # accents upon one letter: more are drawn over the lines around it


def shown(text: str, *, lines: bool = False) -> str:
    """Return a text without the signs that show nothing and without outer spaces.

    Its spaces are plain ones; so are the ends of its lines, unless it may have several `lines`.
    """
    if text.isascii() and text.isprintable():  # as nearly all of them are
        return text.strip() if lines else " ".join(text.split())
    text = _BLANK.sub(" ", _HIDDEN.sub("", unicodedata.normalize("NFC", text)))
    text = _LINE_ENDS.sub("\n", text)
    return text.strip() if lines else " ".join(text.split())


def is_text(text: str) -> bool:
    """Whether a text that is `shown` can be read by somebody and misleads nobody."""
    return (text.isascii() and text.isprintable()) or (
        not _NO_TEXT.search(text) and _without_stacks(text) == text
    )


def tidy(text: str, *, lines: bool = False) -> str:
    """As `shown`, and without what keeps it from being a text; perhaps nothing is left.

    NUL stays, which nobody types or copies, and is refused behind the door.
    """
    return shown(_without_stacks(_LEFT_OUT.sub("", shown(text, lines=lines))), lines=lines)


def _without_stacks(text: str) -> str:
    """Keep a few accents upon each letter, and none upon nothing."""
    kept: list[str] = []
    marks = MARKS_MAX
    for sign in text:
        if not unicodedata.category(sign).startswith("M"):
            marks = MARKS_MAX if sign.isspace() else 0
        elif marks >= MARKS_MAX:
            continue
        else:
            marks += 1
        kept.append(sign)
    return "".join(kept)


def plain(text: str) -> str:
    """Return a number as it would be typed here: narrow letters and digits, plain hyphens."""
    narrow = unicodedata.normalize("NFKC", _TURNING.sub("", shown(text)))
    return " ".join(_DASHES.sub("-", narrow).split())


def letters_and_digits(text: str) -> str:
    """Return the capitals and digits of a code or a number, without what stands between them."""
    return re.sub(r"[\W_]+", "", plain(text)).upper()
