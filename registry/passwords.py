"""Passwords that guessers try first: the breached ones that come with Django, and their kin.

Django's list has few of twelve letters or more; guessers make those by what people do to reach a
length. So what is added at the ends is taken off, look-alikes are read as letters, and what is
left may not be a listed password, several of them in a row, or the same few letters over again.
Nothing is asked of a service outside.
"""

import re
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LOOKALIKES = str.maketrans("01345@$!7", "oieasasit")
# Not in the list, and the first that somebody thinks of here.
NEAR = frozenset(
    [
        "precursor",
        "precursores",
        "portal",
        "sunat",
        "acetona",
        "acetone",
        "quimico",
        "quimicos",
        "peru",
        "lima",
        "fiscalizado",
        "contrasena",
        "contraseña",
        "clave",
        "password",
        "admin",
        "usuario",
        "bienvenido",
        "autoridad",
        "inspector",
    ]
)
RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789")
SHORTEST_PART = 4  # a listed word of three letters is in every sentence


@cache
def widely_used() -> frozenset[str]:
    """The breached passwords that come with Django, in small letters; and NEAR."""
    return frozenset(CommonPasswordValidator().passwords) | NEAR


class WidelyUsed:
    """A validator of Django: refuses what is in the list, or made of it."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_widely_used(password):
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        return _(
            "It must not be one that many people use, nor such a one made longer by digits or"
            " repetition. Three or four words that have nothing to do with each other are good."
        )


def is_widely_used(password: str) -> bool:
    """Whether guessers would try it early."""
    said = re.sub(r"\s+", "", password.lower())
    read = {said, said.translate(LOOKALIKES)}
    read |= {re.sub(r"[\W\d_]+", "", each) for each in read}
    return any(_is_poor(each) for each in read)


def _is_poor(text: str) -> bool:
    if len(set(text)) < 5 or text in widely_used():
        return True
    return _is_repeated(text) or _is_run(text) or _is_made_of_listed(text)


def _is_repeated(text: str) -> bool:
    """The same part over again: it occurs in its double before its own length."""
    return (text + text).find(text, 1) < len(text)


def _is_run(text: str) -> bool:
    """Nothing but neighbors in the alphabet, on the keyboard, or among digits."""
    pairs = [text[at : at + 2] for at in range(len(text) - 1)]
    runs = [*RUNS, *(run[::-1] for run in RUNS)]
    near = sum(any(pair in run for run in runs) for pair in pairs)
    return bool(pairs) and near >= 0.8 * len(pairs)


def _is_made_of_listed(text: str) -> bool:
    """One or two listed passwords in a row, with digits or signs around them.

    Three words that have nothing to do with each other are a good password.
    """
    core = text.strip("0123456789!?.,-_*#@$%&+=/ ")
    if core in widely_used():
        return True
    halves = range(SHORTEST_PART, len(core) - SHORTEST_PART + 1)
    return any(core[:at] in widely_used() and core[at:] in widely_used() for at in halves)
