"""Numbers of invented things, each obviously invented and yet well-formed."""

from datetime import datetime
from random import Random
from uuid import UUID

from stdnum import luhn

from authorizations.codes import ALPHABET, LENGTH

BLOCK = "20999"  # every tax number of the demo begins like this
WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def tax_id(serial: int) -> str:
    """A Peruvian tax number (RUC) with its check digit."""
    body = f"{BLOCK}{serial:05d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + str((11 - total % 11) % 10)


def plate(serial: int) -> str:
    return f"D{chr(65 + serial // 1000 % 26)}M-{serial % 1000:03d}"


def document(serial: int) -> str:
    return f"000{serial:05d}"


def code(rng: Random) -> str:
    """As `authorizations.codes.draw_code`, but from a seed, so that every demo has the same."""
    number = "".join(rng.choice(ALPHABET) for _place in range(LENGTH - 1))
    return number + luhn.calc_check_digit(number, ALPHABET)


def uuid(at: datetime, rng: Random) -> UUID:
    """A UUIDv7 of a past moment."""
    milliseconds = int(at.timestamp() * 1000)
    high = milliseconds << 16 | 0x7000 | rng.getrandbits(12)
    return UUID(int=high << 64 | 0b10 << 62 | rng.getrandbits(62))
