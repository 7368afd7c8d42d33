"""What the database refuses, said in the domain's words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from precursors.errors import Refused


@contextmanager
def refusing(refusals: Mapping[str, Refused]) -> Iterator[None]:
    """Raise the refusal of the constraint that a write breaks, by the constraint's name.

    The transaction around it stays usable.
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
