"""Turns a broken database constraint into a refusal of the domain."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from precursors.errors import Refused


@contextmanager
def refuse_on(refusals: Mapping[str, Refused]) -> Iterator[None]:
    """Raise the refusal given for the name of the constraint that the block breaks.

    The block runs in a savepoint, so the transaction around it stays usable. Raises the
    IntegrityError itself for a constraint that is not named.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        refusal = refusals.get(getattr(diagnosis, "constraint_name", None) or "")
        if refusal is None:
            raise
        raise refusal from error
