"""Whoever holds the application's password tries what no verb does, by SQL and alone."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from audit.halt import halt_issuing
from audit.models import Violation
from authorizations.models import Authorization, Duty, Sale
from database.privileges import CHANGEABLE, KEPT, RIGHTS
from oversight import operations as oversight
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from registry import clock
from registry.actors import Actor
from registry.models import ApiKey, Event, User
from registry.operations import revoke_api_key
from tests import cast
from tests.api.conftest import program
from tests.audit.resuming import resume_issuing
from tests.cast import Firm
from tests.roles import as_owner

pytestmark = [
    pytest.mark.usefixtures("db"),
    pytest.mark.skipif(
        settings.MIGRATION_DATABASE is None,
        reason="ONE ROLE DOES ALL in the database that was given: set MIGRATION_DATABASE_URL too",
    ),
]
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s
"""
MAY_CHANGE = {table: set(columns.split()) for table, columns in (KEPT | CHANGEABLE).items()}


def columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        return {name for (name,) in cursor.fetchall()}


def run(*statements: str) -> Any:
    """Run them as one act; what waits for the commit is asked at its end."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def is_refused(statement: str) -> bool:
    try:
        run(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


# Every column --------------------------------------------------------------------------------


@pytest.mark.parametrize("table", sorted(RIGHTS))
def test_only_columns_that_verbs_change_can_be_changed(table: str) -> None:
    columns = columns_of(table)
    open_ones = {
        column
        for column in columns
        if not is_refused(f'UPDATE {table} SET "{column}" = "{column}" WHERE false')
    }
    assert open_ones == MAY_CHANGE.get(table, set())


def test_a_column_that_was_just_added_is_closed() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_apikey ADD COLUMN powers text")
    assert is_refused("UPDATE registry_apikey SET powers = 'all' WHERE false")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_apikey SET organization_id = NULL",
        "UPDATE registry_apikey SET scopes = '{registry:write}'",
        "UPDATE registry_apikey SET secret_hash = 'mine'",
        "UPDATE registry_apikey SET jurisdiction_id = jurisdiction_id + 1",
        "UPDATE registry_user SET is_superuser = true",
        "UPDATE registry_user SET email = 'mine@evil.example'",
        "UPDATE registry_membership SET organization_id = NULL, role = 'officer'",
        "UPDATE registry_invitation SET invited_by_id = NULL, invited_key_id = NULL",
        "UPDATE registry_permit SET limit_kg = limit_kg * 2",
        "UPDATE registry_permit SET period = 'year'",
        "UPDATE registry_permit SET raises_limit = false",
        "UPDATE registry_organization SET tax_id = '20123456789'",
        "UPDATE registry_driver SET document = '12345678'",
        "UPDATE registry_vehicle SET plate = 'ABC123'",
        "UPDATE registry_site SET organization_id = organization_id + 1",
        "UPDATE oversight_flag SET rule = 'quantity_short'",
        "UPDATE authorizations_duty SET due_at = now() + interval '1 year'",
        "UPDATE authorizations_duty SET lane = 'none'",
        "UPDATE audit_violation SET number = 5",
        "UPDATE precursors_product SET concentration_percent = 1",
        "UPDATE registry_idempotencykey SET key = 'another'",
        "UPDATE registry_jurisdiction SET code = 'XX'",
    ],
)
def test_what_no_verb_changes_is_refused(statement: str) -> None:
    assert is_refused(statement)


# A flag -------------------------------------------------------------------------------------

STEP = """
INSERT INTO oversight_flagstep (flag_id, sequence, kind, state, at, note, data, user_id)
VALUES ({flag}, (SELECT max(sequence) + 1 FROM oversight_flagstep WHERE flag_id = {flag}),
    '{kind}', '{state}', '2026-01-01', '', '{data}', {user})
"""
END = """
UPDATE oversight_flag SET state = 'dismissed', decided_at = '2026-01-01', decided_by_id = {user},
    steps_count = (SELECT max(sequence) FROM oversight_flagstep WHERE flag_id = oversight_flag.id)
"""


@pytest.fixture
def high(
    ask: Callable[..., Authorization], sell: Callable[..., Sale], third_officer: Actor
) -> Flag:
    """150 kg on 100, flagged; there are three officers."""
    code = ask("100")
    sell(code, "150")
    evaluate([code.pk])
    flag = Flag.objects.get(authorization=code, rule="quantity_exceeded")
    assert flag.severity == "high"
    run()  # what the verbs did agrees
    return flag


def user_of(by: Actor) -> User:
    assert by.user
    return by.user


def step(flag: Flag, kind: str, state: str, by: Actor | None = None, data: str = "{}") -> str:
    user = user_of(by).pk if by else "NULL"
    return STEP.format(flag=flag.pk, kind=kind, state=state, user=user, data=data)


def end(by: Actor, more: str = "") -> str:
    return END.format(user=user_of(by).pk) + more


def test_a_high_flag_does_not_become_medium(high: Flag) -> None:
    with pytest.raises(IntegrityError, match="as severe as"):
        run("UPDATE oversight_flag SET severity = 'medium'")


def test_nor_is_its_evidence_another(high: Flag) -> None:
    with pytest.raises(IntegrityError, match="as severe as"):
        run("UPDATE oversight_flag SET evidence = '{}'")


def test_what_is_found_does_not_cease_to_hold(high: Flag) -> None:
    with pytest.raises(IntegrityError, match="as long as"):
        run("UPDATE oversight_flag SET holds = false")


def test_it_is_not_ended_without_a_step(
    high: Flag, regulator: Actor, second_officer: Actor
) -> None:
    with pytest.raises(IntegrityError, match="last step"):
        run(
            f"UPDATE oversight_flag SET state = 'dismissed', decided_at = now(),"
            f" decided_by_id = {user_of(regulator).pk},"
            f" proposed_by_id = {user_of(second_officer).pk}"
        )


@pytest.mark.parametrize("kind", ["decided", "agreed", "overruled"])
def test_it_is_not_ended_by_one_with_a_step(high: Flag, regulator: Actor, kind: str) -> None:
    with pytest.raises(IntegrityError):
        run(step(high, kind, "dismissed", regulator), end(regulator))


def test_it_is_not_ended_in_the_name_of_another_than_its_step_tells(
    high: Flag, regulator: Actor, second_officer: Actor
) -> None:
    oversight.review(high, outcome="dismissed", note="Typed twice.", by=regulator)
    with pytest.raises(IntegrityError, match="person of its step"):
        run(step(high, "agreed", "dismissed", regulator), end(second_officer))


def test_the_proposer_does_not_agree(high: Flag, regulator: Actor) -> None:
    oversight.review(high, outcome="dismissed", note="Typed twice.", by=regulator)
    draw = f'{{"officer": {user_of(regulator).pk}}}'
    with pytest.raises(IntegrityError):
        run(
            step(high, "drawn", "awaiting_second", data=draw),
            f"UPDATE oversight_flag SET second_id = {user_of(regulator).pk}",
            step(high, "agreed", "dismissed", regulator),
            end(regulator),
        )


def test_nor_somebody_who_was_not_drawn(
    high: Flag, regulator: Actor, second_officer: Actor, inspector: Actor
) -> None:
    oversight.review(high, outcome="dismissed", note="Typed twice.", by=regulator)
    with pytest.raises(IntegrityError, match="who was drawn"):
        run(step(high, "agreed", "dismissed", inspector), end(inspector))


def test_nor_somebody_of_no_authority(high: Flag, regulator: Actor, buyer: Firm) -> None:
    oversight.review(high, outcome="dismissed", note="Typed twice.", by=regulator)
    with pytest.raises(IntegrityError, match="an officer ends"):
        run(step(high, "agreed", "dismissed", buyer.actor), end(buyer.actor))


def test_nobody_is_made_the_second_without_a_draw(
    high: Flag, regulator: Actor, inspector: Actor
) -> None:
    oversight.review(high, outcome="dismissed", note="Typed twice.", by=regulator)
    with pytest.raises(IntegrityError, match="who was drawn"):
        run(f"UPDATE oversight_flag SET second_id = {user_of(inspector).pk}")


def test_a_flag_is_not_born_dismissed(high: Flag, regulator: Actor) -> None:
    columns = ", ".join(columns_of("oversight_flag") - {"id", "uuid", "rule", "state"})
    with pytest.raises(IntegrityError):
        run(
            f"INSERT INTO oversight_flag (uuid, rule, state, {columns})"
            f" SELECT gen_random_uuid(), 'quantity_short', 'dismissed', {columns}"
            f" FROM oversight_flag WHERE id = {high.pk}"
        )


def test_the_verbs_still_end_it(high: Flag, regulator: Actor) -> None:
    oversight.review(high, outcome="dismissed", note="Typed twice.", by=regulator)
    run()
    oversight.review(high, outcome="dismissed", note="So it is.", by=cast.drawn(high))
    run()


# Duties, violations, credentials --------------------------------------------------------------


def test_a_duty_that_is_not_done_is_not_removed(
    ask: Callable[..., Authorization], sell: Callable[..., Sale]
) -> None:
    sell(ask("100"), "150")
    with pytest.raises(IntegrityError, match="once it is done"):
        run("DELETE FROM authorizations_duty WHERE reason = 'recorded'")


def test_nor_one_whose_time_has_not_come(ask: Callable[..., Authorization]) -> None:
    code = ask("100")
    evaluate([code.pk])
    assert Duty.objects.filter(authorization=code, reason="end").exists()
    with pytest.raises(IntegrityError, match="once it is done"):
        run("DELETE FROM authorizations_duty WHERE reason = 'end'")


@pytest.fixture
def violation(jurisdiction: Any) -> Violation:
    found = Violation.objects.create(
        number=1, invariant="planted", subject="1", found_at=clock.now()
    )
    halt_issuing(because=["planted"])
    run()
    return found


def test_a_violation_is_not_accepted_by_itself(violation: Violation) -> None:
    with pytest.raises(IntegrityError, match="two_people_accept"):
        run("UPDATE audit_violation SET accepted_at = now()")


def test_nor_one_accepted_before_it_was_found(violation: Violation) -> None:
    with pytest.raises(IntegrityError, match="two_people_accept"):
        run(
            "INSERT INTO audit_violation (number, invariant, subject, found_at, accepted_at)"
            " VALUES (1, 'planted', '2', now(), now())"
        )


def test_two_who_resume_accept_it(violation: Violation) -> None:
    resume_issuing(reason="Mended by hand.")
    run()
    assert Event.objects.filter(kind="issuing.resumed").exists()
    violation.refresh_from_db()
    assert violation.accepted_at
    run()
    for change in ("accepted_at = now()", "resuming_id = NULL", "accepted_by_one = true"):
        with pytest.raises(DatabaseError):
            run(f"UPDATE audit_violation SET {change}")


def test_issuing_is_not_resumed_by_a_row_that_is_changed(violation: Violation) -> None:
    with pytest.raises(IntegrityError, match="by two people"):
        run("UPDATE registry_jurisdiction SET issuing_halted_at = NULL")
    with pytest.raises(IntegrityError, match="by two people"):
        run("UPDATE registry_jurisdiction SET issuing_halted_at = now() + interval '1 hour'")


def test_an_approval_of_before_resumes_no_later_halt(violation: Violation) -> None:
    resume_issuing()
    run()
    with pytest.raises(IntegrityError, match="by two people"):
        run("UPDATE registry_jurisdiction SET issuing_halted_at = now() - interval '1 day'")
    halt_issuing(because=["planted"])
    run()
    with pytest.raises(IntegrityError, match="by two people"):
        run("UPDATE registry_jurisdiction SET issuing_halted_at = NULL")


def test_no_violation_is_accepted_by_an_approval_that_does_not_name_it(
    violation: Violation,
) -> None:
    resume_issuing()
    run()
    violation.refresh_from_db()
    Violation.objects.create(number=1, invariant="later", subject="1", found_at=clock.now())
    with pytest.raises(IntegrityError, match="by two who resume"):
        run(
            "UPDATE audit_violation SET accepted_at = now(),"
            f" resuming_id = {violation.resuming_id} WHERE invariant = 'later'"
        )


def test_a_revoked_key_stays_revoked(vendor: Firm) -> None:
    program(vendor.actor.jurisdiction, vendor.organization, ["sell"])
    key = ApiKey.objects.get(organization=vendor.organization)
    revoke_api_key(key, by=Actor.portal(vendor.actor.jurisdiction))
    with pytest.raises(IntegrityError, match="stays revoked"):
        run("UPDATE registry_apikey SET revoked_at = NULL")


def test_nobody_is_made_an_operator(buyer: Firm) -> None:
    with pytest.raises(IntegrityError, match="owner of the tables"):
        User.objects.create_user("me@evil.example", is_superuser=True)


def test_nobody_who_was_shut_out_lets_themselves_in(buyer: Firm) -> None:
    run(f"UPDATE registry_user SET is_active = false WHERE id = {user_of(buyer.actor).pk}")
    with pytest.raises(IntegrityError, match="owner of the tables"):
        run("UPDATE registry_user SET is_active = true")


def test_a_factor_is_not_given_to_another(buyer: Firm, vendor: Firm) -> None:
    Authenticator.objects.create(user=user_of(buyer.actor), type="totp", data={})
    for change in (f"user_id = {user_of(vendor.actor).pk}", "type = 'recovery_codes'"):
        with pytest.raises(IntegrityError, match="with its person"):
            run(f"UPDATE mfa_authenticator SET {change}")


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("webauthn", {"name": "a", "credential": {"id": "1"}}, {"credential": {"id": "2"}}),
        ("totp", {"secret": "sealed:mine"}, {"secret": "JBSWY3DPEHPK3PXP"}),
        ("totp", {"secret": "sealed:mine"}, {}),
        ("totp", {"secret": "sealed:mine"}, {"secret": "sealed:theirs"}),
        ("recovery_codes", {"seed": "sealed:mine"}, {"seed": "in plain"}),
    ],
)
def test_a_factor_is_not_exchanged_where_it_stands(
    buyer: Firm, vendor: Firm, kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    Authenticator.objects.create(
        user=user_of(vendor.actor), type="totp", data={"secret": "sealed:theirs"}
    )
    mine = Authenticator.objects.create(user=user_of(buyer.actor), type=kind, data=before)
    rows = Authenticator.objects.filter(pk=mine.pk)
    with pytest.raises(IntegrityError, match="with its person"), transaction.atomic():
        rows.update(data=after)
    rows.update(data=before | {"name": "b"})


def test_an_address_is_not_given_to_another(buyer: Firm, vendor: Firm) -> None:
    run(
        'INSERT INTO account_emailaddress (email, verified, "primary", user_id)'
        f" VALUES ('b@buyer.example', true, false, {user_of(buyer.actor).pk})"
    )
    with pytest.raises(IntegrityError, match="never changes"):
        run(f"UPDATE account_emailaddress SET user_id = {user_of(vendor.actor).pk}")


def test_no_firm_is_made_another(buyer: Firm) -> None:
    with pytest.raises(IntegrityError, match="never changes"):
        run("UPDATE registry_organization SET id = id + 1000")
