"""Expect the domain to say no."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from precursors.errors import Refused


@contextmanager
def refused(code: str, field: str | None = None) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert (caught.value.code, caught.value.data.get("field")) == (code, field)
    assert str(caught.value)
