"""The second lock: what the database shows a session that works for a firm."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Q
from django.db.utils import ProgrammingError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from audit.invariants.guards import CLOSED, CLOSED_LATER
from authorizations import access, operations
from authorizations.models import Agreement, Allowance, Authorization, LookUp, Sale
from database.row_security import see_all_rows, set_firm, set_nobody
from database.sessions import SessionStore
from oversight import operations as oversight
from oversight.operations.evaluation import evaluate
from pages.middleware import MEMBERSHIP, set_actor
from precursors.errors import Refused
from registry import clock
from registry import operations as registry
from registry.access_log import Visitor, note_access
from registry.actors import Actor
from registry.models import Driver, IdempotencyKey, License, Membership, Permit, User
from registry.models.people import Role
from tests.api.conftest import program, without_collected_files
from tests.audit.planting import plant
from tests.cast import PASSWORD, Firm, accepted, kg
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
OF_EVERY_FIRM = {
    "registry_event",
    "registry_license",
    "registry_licensestep",
    "registry_permit",
    "registry_site",
    "registry_vehicle",
}
OF_AUTHORITY = {
    "oversight_flag",
    "oversight_flagstep",
    "authorizations_ledgerentry",
    "authorizations_duty",
}


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
    vendor: Firm,
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
    _add_the_rest(sale, buyer, vendor)
    return sale


def _add_the_rest(sale: Sale, *firms: Firm) -> None:
    for firm in firms:
        named = {"organization": firm.organization, "by": firm.actor}
        driver = registry.add_driver(name="Ada", document="1", **named)
        registry.amend_driver(driver, name="Ada Nimble", by=firm.actor)
        _keep_answer(firm)
    Agreement.objects.create(
        jurisdiction=sale.jurisdiction,
        authorization=sale.authorization,
        sale=sale,
        version=sale.authorization.version,
        reason="seen",
        recorded_at=clock.now(),
    )


def _keep_answer(firm: Firm) -> IdempotencyKey:
    return IdempotencyKey.objects.create(
        jurisdiction=firm.actor.jurisdiction,
        organization=firm.organization,
        operation="POST",
        key="1",
        body_hash="",
        created_at=clock.now(),
    )


# Of firms, and shown to every session all the same; each with its reason.
OPEN_FOR = {
    "authorizations_missedcodes": "counts of guesses, read before it is known that they are few",
    "registry_apikey": "tells who asks",
    "registry_invitation": "opened by strangers",
    "registry_membership": "tells who asks",
    "registry_proposal": "asked for by triggers, in whatever session",
    "registry_reinstatement": "a step of the past, of licenses that are hidden themselves",
}
OF_FIRMS = {"organization_id", "organizations", "buyer_id", "seller_id", "authorization_id"}
OF_FIRMS |= {"license_id", "sale_id", "flag_id"}


def test_a_new_table_of_firms_is_hidden_or_says_why_not() -> None:
    found = {
        model._meta.db_table
        for model in apps.get_models()
        if OF_FIRMS & {field.column for field in model._meta.concrete_fields}
    }
    assert found <= {*CLOSED, *CLOSED_LATER, *OPEN_FOR}
    assert not OPEN_FOR.keys() & {*CLOSED, *CLOSED_LATER}


def shown() -> dict[str, bool]:
    """Whether this session sees a row of the purchase, for each table."""
    with connection.cursor() as cursor:
        found = {}
        for table in (*CLOSED, *CLOSED_LATER):
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            found[table] = cursor.fetchone()[0]
    return found


def test_who_works_for_all_sees_all(sale: Sale) -> None:
    assert set(shown().values()) == {True}


def test_who_says_nothing_sees_nothing(sale: Sale) -> None:
    set_nobody()
    assert set(shown().values()) == {False}


def test_a_session_of_the_role_that_says_nothing_sees_nothing(
    committing: None, ask: Callable[..., Authorization]
) -> None:
    """As with `psql`, or in a program that does not know of the setting."""
    ask("100")
    at = connection.settings_dict["NAME"]
    with closing(psycopg2.connect(os.environ["DATABASE_URL"], dbname=at)) as session:
        cursor = session.cursor()
        for table in (*CLOSED, *CLOSED_LATER):
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            assert cursor.fetchone() == (False,), table


def test_a_process_that_is_neither_worker_nor_command_sees_nothing(db: None) -> None:
    """What the web begins with: a worker and a command say otherwise."""
    program = (
        "from database.postgresql import base; import config.wsgi; print(repr(base.at_start))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert said.stdout.endswith("''\n")


def test_a_strangers_session_sees_nothing(sale: Sale, rival: Firm) -> None:
    set_firm(rival.organization.pk)
    seen = {table for table, is_shown in shown().items() if is_shown}
    assert seen == OF_EVERY_FIRM  # of its own license and permit
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


def test_a_setting_that_is_broken_off_shows_nothing_more(sale: Sale, rival: Firm) -> None:
    """What a session says inside a transaction goes with it, back to what it said before."""
    set_firm(rival.organization.pk)
    with pytest.raises(Refused), transaction.atomic(), see_all_rows():
        assert Authorization.objects.exists()
        raise Refused("broken_off", "Broken off.")
    assert not Authorization.objects.exists()


def test_what_is_said_where_all_is_rolled_back_is_said_again(sale: Sale, rival: Firm) -> None:
    with pytest.raises(Refused), transaction.atomic():
        set_firm(rival.organization.pk)
        assert not Authorization.objects.exists()
        raise Refused("broken_off", "Broken off.")
    assert not Authorization.objects.exists()
    set_firm(None)
    assert Authorization.objects.exists()


def test_a_firm_sees_of_the_other_no_license_permit_or_quota(
    sale: Sale, buyer: Firm, vendor: Firm
) -> None:
    for firm in (buyer, vendor):
        set_firm(firm.organization.pk)
        for model in (License, Permit, Allowance, Driver):
            assert set(model.objects.values_list("organization", flat=True)) == {
                firm.organization.pk
            }, model


def test_a_firms_kept_answers_are_its_own(sale: Sale, buyer: Firm, rival: Firm) -> None:
    set_firm(rival.organization.pk)
    assert not IdempotencyKey.objects.exists()
    set_firm(buyer.organization.pk)
    assert IdempotencyKey.objects.get().organization_id == buyer.organization.pk


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
        invitation=accepted(buyer.actor.jurisdiction, user.email, Role.DEALER, buyer.organization),
    )
    client.force_login(user)
    at = f"/purchases/{sale.authorization.uuid}/"
    assert client.get(at).status_code == 404
    session = client.session
    session[MEMBERSHIP] = second.pk
    session.save()
    assert client.get(at).status_code == 200


@pytest.mark.parametrize("who", ["a stranger", "somebody without a firm"])
def test_who_acts_for_nobody_sees_nothing(
    sale: Sale, rival: Firm, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.middleware.shut_out_to", lambda request: "")  # not sent elsewhere
    set_firm(None)  # as the request before left it
    request: Any = RequestFactory().get("/")
    request.session = SessionStore()
    request.user = AnonymousUser()
    if who != "a stranger":
        request.user = User.objects.create_user("nobody@portal.example", PASSWORD)
    seen: dict[str, bool] = {}

    def page(_request: Any) -> HttpResponse:
        seen.update(shown())
        return HttpResponse()

    set_actor(page)(request)
    assert set(seen.values()) == {False}


def test_an_operator_sees_all_in_the_admin(sale: Sale, client: Client, settings: Any) -> None:
    settings.DEMO_MODE = True  # where no second factor is asked for
    operator = User.objects.create_superuser("op@portal.example", PASSWORD)
    client.force_login(operator)
    assert "Pinturas" in client.get("/admin/registry/license/").content.decode()


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
