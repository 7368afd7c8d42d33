"""Reads a JSON body strictly: what two programs could read differently is refused."""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from api.problems import Problem, malformed

DEPTH_MAX = 20
INTEGER_DIGITS_MAX = 60
UTF8 = {"utf-8", "utf8"}
SURROGATES = range(0xD800, 0xE000)


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8. Numbers arrive exactly, as int or Decimal."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        http = (parser_context or {})["request"]._request
        if int(http.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        _check_encodings(http)
        return document(http.body)


def _check_encodings(http: HttpRequest) -> None:
    """Refuse a body that is written in another way than we read, or than it says of itself."""
    codings = http.headers.get("Content-Encoding", "").lower().split(",")
    if {coding.strip() for coding in codings} - {"", "identity"}:
        text = _("Send the body as it is: without Content-Encoding.")
        raise Problem(415, "unsupported_media_type", text)
    charset = (http.content_params or {}).get("charset")
    if charset is not None and not (charset.lower() in UTF8 and _is_utf8(http.body)):
        text = _("The body must be written in UTF-8, as its charset has to say.")
        raise Problem(415, "unsupported_media_type", text)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def document(body: bytes) -> dict[str, Any]:
    """Read the body of a request. Raises Problem 400 `malformed`."""
    try:
        data = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_once_each,
            parse_constant=_no_constant,
            parse_float=Decimal,
            parse_int=_integer,
        )
    except (ValueError, RecursionError, InvalidOperation):
        raise malformed(_("The body is not valid JSON.")) from None
    if not isinstance(data, dict):
        raise malformed(_("The body must be a JSON object."))
    _check_text(data)
    return data


def _once_each(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise malformed(_("A name stands twice in one JSON object."))
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _integer(digits: str) -> int | Decimal:
    """Python reads long integers in quadratic time, and refuses the longest."""
    return int(digits) if len(digits) <= INTEGER_DIGITS_MAX else Decimal(digits)


def _check_text(data: Any) -> None:
    """Refuse what no database stores as text, and nesting no body of ours has."""
    level = [data]
    for _depth in range(DEPTH_MAX):
        if any(isinstance(part, str) and _unstorable(part) for part in level):
            raise malformed(_("A text contains a character that cannot be stored."))
        level = [inner for part in level for inner in _inside(part)]
        if not level:
            return
    raise malformed(_("The body is nested too deeply."))


def _inside(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        yield from part
        yield from part.values()
    elif isinstance(part, list):
        yield from part


def _unstorable(text: str) -> bool:
    return any(sign == "\0" or ord(sign) in SURROGATES for sign in text)


__all__ = ["StrictJSONParser", "document"]
