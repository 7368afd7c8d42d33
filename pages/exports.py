"""Tables as CSV that no spreadsheet takes for a formula."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.utils.translation import get_language, override

from precursors.signs import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """Hands each written line on."""

    def write(self, line: str) -> str:
        return line


def csv_answer(name: str, lines: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Answer with a table, its first line the headings, as it is read."""
    written = _csv_lines(lines, get_language() or "en")
    answer = StreamingHttpResponse(written, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _csv_lines(lines: Iterable[Iterable[Any]], language: str) -> Iterator[str]:
    """Written after the view has returned, and in the language of its reader all the same."""
    writer, rest = csv.writer(_Line()), iter(lines)
    written: str | None = "\ufeff"  # by which spreadsheets know the letters are UTF-8
    while written is not None:
        yield written
        with override(language):
            cells = [escape_formula(cell) for cell in next(rest, ())]
            written = writer.writerow(cells) if cells else None


def escape_formula(cell: object) -> str:
    """Write a cell; one that a spreadsheet would compute is quoted with an apostrophe.

    Some read a wide sign as the plain one, and nobody sees what shows nothing before it.
    """
    text = "" if cell is None else str(cell)
    computed = text.startswith(FORMULA) or plain(text).startswith(FORMULA)
    return f"'{text}" if computed else text


def local_time(moment: datetime | None, zone: ZoneInfo) -> str:
    """Write a moment as a spreadsheet reads it, on the day that it was in the zone."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
