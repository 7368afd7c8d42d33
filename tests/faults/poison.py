"""Makes the database refuse one thing, as a defect of ours would: without touching the portal."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.portal import Portal

POISONED = """
CREATE FUNCTION poisoned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'This one is poison.' USING ERRCODE = 'data_exception'; END $$;
CREATE TRIGGER poisoned BEFORE INSERT ON oversight_evaluation
    FOR EACH ROW WHEN (NEW.authorization_id = {authorization}) EXECUTE FUNCTION poisoned();
"""
CURED = """
DROP TRIGGER poisoned ON oversight_evaluation;
DROP FUNCTION poisoned();
"""


@contextmanager
def in_evaluation(portal: Portal, authorization: int) -> Iterator[None]:
    """No evaluation of this authorization can be kept."""
    portal.ask(POISONED.format(authorization=authorization))
    try:
        yield
    finally:
        portal.ask(CURED)
