"""Authorization codes: eleven random characters and a check character, shown in fours.

Crockford's base 32, whose last character is Luhn's check over the same 32 symbols. It finds
every mistyped character and nearly every swap of neighbors, so that a typing error can be
distinguished from a code that does not exist.
"""

import secrets

from django.utils.translation import gettext_lazy as _
from stdnum import luhn

from precursors.errors import Refused
from precursors.signs import letters_and_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
BITS = 5 * (LENGTH - 1)  # at random; the last character is the check
LOOK_ALIKES = str.maketrans("OIL", "011")


def draw_code() -> str:
    """Draw a new code at random."""
    bits = secrets.randbits(BITS)
    number = "".join(ALPHABET[bits >> place & 31] for place in range(0, BITS, 5))
    return number + luhn.calc_check_digit(number, ALPHABET)


def as_stored(text: str) -> str:
    """Write a code as it is stored, without asking whether it can be one."""
    return letters_and_digits(text).translate(LOOK_ALIKES)


def is_code(text: str) -> bool:
    """Whether a text, however it is dressed, can be a code."""
    code = as_stored(text)
    return len(code) == LENGTH and bool(luhn.is_valid(code, ALPHABET))


def normalize(text: str) -> str:
    """Read a code, however it is typed or copied. Raises Refused("code_mistyped")."""
    if not is_code(text):
        raise Refused(
            "code_mistyped",
            _("This code is mistyped. Compare it with the buyer's, letter by letter."),
        )
    return as_stored(text)
