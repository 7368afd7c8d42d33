"""Numbers of invoices and guides in the form in which they are compared.

`F001-00414354`, `f001 – 414354` and `Factura N° F001-414354` are one number.
"""

import re
import unicodedata

KEY_LENGTH = 200  # characters
SIGNS = str.maketrans({"№": "N°", "º": "°"})
# What announces a number, wherever it stands.
NUMBER_SIGN = re.compile(
    r"N\s*\.?\s*°|(?<![A-Z0-9])N(?:RO)?\s*[.:]|(?<![A-Z0-9])GUIA\s+DE\s+[A-Z]+(?![A-Z0-9])"
)
WORD = re.compile(r"[^\W_]+")
LABEL = re.compile(
    r"NO|NRO|NR|NUM|NUMERO|NUMBER|SERIES?|FACTURA|FACT|FAC|BOLETA|INVOICE|INV|DOC|DOCUMENTO"
    r"|GUIA|GUIDE|GRE|GR|REMISION|REMITENTE|TRANSPORTISTA|ELECTRONICA"
)
# A Peruvian series and number without anything between: F00100414354.
GLUED = re.compile(r"(?<![A-Z0-9])([A-Z][A-Z0-9]{3})([0-9]{8})(?![A-Z0-9])")
GROUP = re.compile(r"[^\W\d_]+|\d+")


def document_key(number: str) -> str:
    """Return its letters and figures in groups, these without zeros in front: `F-1-414354`.

    Empty where there is no figure but zeros: `S/N` is no number, and nothing is like it.
    Migration 0004 has a copy for rows of before: another form needs another filling.
    """
    text = GLUED.sub(r"\1-\2", NUMBER_SIGN.sub(" ", _plain(number)))
    words = [word for word in WORD.findall(text) if not LABEL.fullmatch(word)]
    groups = [_plain_figures(group) for word in words for group in GROUP.findall(word)]
    if not any(group.isdecimal() and group != "0" for group in groups):
        return ""
    return "-".join(groups)[:KEY_LENGTH]


def _plain_figures(group: str) -> str:
    return str(int(group)) if group.isdecimal() else group


def _plain(number: str) -> str:
    """Capitals without accents, whatever width and unseen signs they were typed with."""
    decomposed = unicodedata.normalize("NFKD", number.translate(SIGNS))
    seen = (sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cf"))
    return "".join(seen).upper()
