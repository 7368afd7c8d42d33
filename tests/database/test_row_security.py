"""The second lock: what the database shows a session that works for a firm."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.invariants.guards import CLOSED
from authorizations import access, operations
from authorizations.models import Authorization, LookUp, Sale
from database.row_security import set_firm
from oversight import operations as oversight
from oversight.operations.evaluation import evaluate
from pages.middleware import MEMBERSHIP
from precursors.errors import Refused
from registry import clock
from registry.access_log import Visitor, note_access
from registry.actors import Actor
from registry.models import Membership, User
from registry.models.people import Role
from tests.api.conftest import program, without_collected_files
from tests.audit.planting import plant
from tests.cast import PASSWORD, Firm, kg
from tests.roles import as_owner

__all__ = ["without_collected_files"]

pytestmark = [
    pytest.mark.skipif(
        settings.MIGRATION_DATABASE is None,
        reason="ONE ROLE DOES ALL in the database that was given, and an owner is shown all",
    ),
    pytest.mark.usefixtures("told"),
]
SOLD_ONCE = re.compile(r"portal_sales_total\{.*\} 1\n")
OF_PARTIES = {
    "authorizations_authorization",
    "oversight_evaluation",
    "authorizations_receipt",
    "authorizations_sale",
}
OF_AUTHORITY = {"oversight_flag", "oversight_flagstep", "authorizations_ledgerentry"}


@pytest.fixture(params=["session", "transaction"])
def told(request: pytest.FixtureRequest, settings: Any) -> str:
    """Whether the session is told once for whom it works, or each transaction anew."""
    settings.PREPARED_STATEMENTS = request.param == "session"
    return str(request.param)


@pytest.fixture
def sale(
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    buyer: Firm,
    regulator: Actor,
) -> Sale:
    """150 kg on 100, received, evaluated, and its flag looked at: something in every table."""
    sale = sell(ask("100"), "150")
    operations.confirm_receipt(
        sale, received_at=clock.now(), quantity=kg(150), outcome="satisfactory", by=buyer.actor
    )
    evaluate([sale.authorization_id])
    flag = sale.authorization.flags.get(rule="quantity_exceeded")
    oversight.review(flag, outcome="confirmed", note="No papers.", by=regulator)
    note_access("signed_in", Visitor())
    return sale


def shown() -> dict[str, bool]:
    """Whether this session sees a row of the purchase, for each table."""
    with connection.cursor() as cursor:
        found = {}
        for table in CLOSED:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            found[table] = cursor.fetchone()[0]
    return found


def test_who_works_for_no_firm_sees_all(sale: Sale) -> None:
    assert set(shown().values()) == {True}


def test_a_strangers_session_sees_nothing(sale: Sale, rival: Firm) -> None:
    set_firm(rival.organization.pk)
    seen = {table for table, is_shown in shown().items() if is_shown}
    assert seen == {"registry_event"}  # of its own license and permit
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_event WHERE subject_kind = 'authorization'")
        assert cursor.fetchone() == (0,)


def test_a_party_sees_its_purchase_and_nothing_of_the_authoritys(
    sale: Sale, buyer: Firm, vendor: Firm
) -> None:
    for firm in (buyer, vendor):
        set_firm(firm.organization.pk)
        seen = {table for table, is_shown in shown().items() if is_shown}
        assert seen >= OF_PARTIES | {"registry_event"}
        assert not seen & OF_AUTHORITY


def test_a_strangers_session_changes_and_adds_nothing(sale: Sale, rival: Firm) -> None:
    set_firm(rival.organization.pk)
    assert Authorization.objects.update(looked_up_at=None) == 0
    copied = Sale.objects.none().model(
        **{
            field.attname: getattr(sale, field.attname)
            for field in Sale._meta.concrete_fields
            if field.name not in ("id", "uuid")
        }
    )
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        copied.save()


def test_a_setting_that_is_broken_off_shows_nothing_more(
    sale: Sale, rival: Firm, told: str
) -> None:
    """What a session says inside a transaction goes with it, back to what it said before."""
    if told == "transaction":
        pytest.skip("nothing is said to a session")
    set_firm(rival.organization.pk)
    with pytest.raises(Refused), transaction.atomic():
        set_firm(None)
        raise Refused("broken_off", "Broken off.")
    assert not Authorization.objects.exists()


@pytest.mark.parametrize("table", CLOSED)
def test_the_planner_expects_to_see_nearly_all(db: None, table: str) -> None:
    """Or it would not read a page of fifty by an index, but sort all there is."""

    def expected() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT FROM {table}")
            return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])

    with as_owner():
        there_are = expected()
    assert expected() >= 0.9 * there_are > 0


# Where the first lock is open ----------------------------------------------------------------


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if access.py asked for no party any more."""
    for condition in ("_bought", "_sold", "_shown"):
        monkeypatch.setattr(access, condition, lambda by: Q())


PATHS = ("/authorizations", "/sales")


def test_a_program_still_reads_its_own_alone(sale: Sale, rival: Firm, forgotten: None) -> None:
    api = program(rival.actor.jurisdiction, rival.organization, ["buy", "sell"])
    for path in PATHS:
        assert api.get(path).json()["data"] == []
    assert api.get(f"/sales/{sale.uuid}").status_code == 404
    with as_owner():  # whom row-level security does not bind: the first lock is open indeed
        assert all(api.get(path).json()["data"] for path in PATHS)


def test_a_person_still_reads_their_own_alone(
    sale: Sale, rival: Firm, client: Client, forgotten: None
) -> None:
    client.force_login(rival.actor.user)  # type: ignore[arg-type]
    at = f"/purchases/{sale.authorization.uuid}/"
    assert client.get(at).status_code == 404
    with as_owner():
        assert client.get(at).status_code == 200


# After a firm's request ----------------------------------------------------------------------


def test_who_comes_next_on_the_connection_sees_all_they_may(
    sale: Sale, rival: Firm, regulator: Actor, client: Client, settings: Any
) -> None:
    settings.DEMO_MODE = True
    api = program(regulator.jurisdiction, None, ["flags:read"])
    client.force_login(regulator.user)  # type: ignore[arg-type]
    looks: dict[str, Callable[[], bool]] = {
        "page": lambda: "Pinturas" in client.get("/queue/?tab=all").content.decode(),
        "program": lambda: api.get("/flags").json()["data"] != [],
        "metrics": lambda: bool(SOLD_ONCE.search(client.get("/metrics").content.decode())),
    }
    for name, look in looks.items():
        set_firm(rival.organization.pk)
        assert look(), name


def test_who_acts_for_two_firms_sees_what_the_chosen_one_may(
    sale: Sale, buyer: Firm, rival: Firm, client: Client, forgotten: None
) -> None:
    user = rival.actor.user
    assert user
    second = Membership.objects.create(
        jurisdiction=buyer.actor.jurisdiction,
        user=user,
        organization=buyer.organization,
        role=Role.DEALER,
    )
    client.force_login(user)
    at = f"/purchases/{sale.authorization.uuid}/"
    assert client.get(at).status_code == 404
    session = client.session
    session[MEMBERSHIP] = second.pk
    session.save()
    assert client.get(at).status_code == 200


def test_who_acts_for_nobody_is_not_taken_for_the_last_firm(
    rival: Firm, client: Client, told: str
) -> None:
    set_firm(rival.organization.pk)
    client.force_login(User.objects.create_user("nobody@portal.example", PASSWORD))
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    if told == "session":
        assert any("set_config('portal.firm', '', false)" in query["sql"] for query in queries)
    assert connection.firm is None  # type: ignore[attr-defined]  # of the portal's own backend


def test_readiness_counts_every_firms_sales(
    ask: Callable[..., Authorization], sell: Callable[..., Sale], rival: Firm, client: Client
) -> None:
    sell(ask("100"), "100")
    plant("UPDATE authorizations_sale SET recorded_at = recorded_at - interval '1 hour'")
    set_firm(rival.organization.pk)
    assert client.get("/readyz").json()["oldest_unevaluated_s"] >= 3600


def test_a_try_at_anothers_code_is_kept_as_such(sale: Sale, rival: Firm) -> None:
    set_firm(rival.organization.pk)
    with pytest.raises(Refused, match="No code like this"):
        operations.look_up(sale.authorization.code or "", by=rival.actor)
    assert not Authorization.objects.exists()
    set_firm(None)
    assert LookUp.objects.latest("pk").result == LookUp.Result.FOREIGN
