"""The one exception by which the domain refuses an act."""

from typing import Any

from django.utils.functional import Promise

Text = str | Promise


class Refused(Exception):
    """An act the domain refuses: a code for programs, a translated sentence for people.

    Further keywords are kept in `data`, for programs too: reasons, the field, an id in force.
    """

    def __init__(self, code: str, message: Text, **data: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return str(self.message)
