"""Tables as CSV that no spreadsheet takes for a formula."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """Hands each written line on."""

    def write(self, line: str) -> str:
        return line


def csv_answer(name: str, lines: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Answer with a table, its first line the headings, as it is read."""
    answer = StreamingHttpResponse(_csv_lines(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _csv_lines(lines: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"  # by which spreadsheets know the letters are UTF-8
    for line in lines:
        yield writer.writerow([escape_formula(cell) for cell in line])


def escape_formula(cell: object) -> str:
    """Write a cell; one that a spreadsheet would compute is quoted with an apostrophe."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
