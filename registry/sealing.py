"""Seals the secrets of second factors, with keys that are not in the database.

FACTOR_KEYS holds them, the newest first: it seals, all of them open. Without that setting the key
is derived from SECRET_KEY, which always opens, too, so that naming keys later locks nobody out.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SEALED = "sealed:"  # no secret in plain begins with it


class UnknownKey(Exception):
    """A secret was sealed with a key that is not among FACTOR_KEYS any more."""


def seal(secret: str) -> str:
    return SEALED + _keys().encrypt(secret.encode()).decode()


def unseal(kept: str) -> str:
    """The secret; one that was kept in plain, by an older version, is returned as it is.

    Raises UnknownKey.
    """
    if not kept.startswith(SEALED):
        return kept
    try:
        return _keys().decrypt(kept.removeprefix(SEALED)).decode()
    except InvalidToken:
        raise UnknownKey("A factor's secret is sealed with a key that is not set.") from None


def is_current(kept: str) -> bool:
    """Whether a secret is sealed with the newest key."""
    if not kept.startswith(SEALED):
        return False
    try:
        _fernets(*_texts())[0].decrypt(kept.removeprefix(SEALED))
    except InvalidToken:
        return False
    return True


def _keys() -> MultiFernet:
    return MultiFernet(_fernets(*_texts()))


def _texts() -> list[str]:
    older = [str(each) for each in settings.SECRET_KEY_FALLBACKS]
    return list(dict.fromkeys([*settings.FACTOR_KEYS, settings.SECRET_KEY, *older]))


@lru_cache
def _fernets(*texts: str) -> list[Fernet]:
    return [Fernet(_derived(text)) for text in texts]


def _derived(text: str) -> bytes:
    """A key of 256 bits from a text of any length."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"precursor portal: factors")
    return base64.urlsafe_b64encode(kdf.derive(text.encode()))
