"""Of every invariant a violation is planted in a world in order, and must be found."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from audit import invariants
from audit.invariants.guards import FOLLOWING
from audit.invariants.guards import GUARDS as GUARDED
from authorizations.models import Authorization, Sale
from oversight.operations.evaluation import evaluate
from precursors.models import Product
from registry.actors import Actor
from tests.audit import planting, two_people
from tests.audit.planting import plant
from tests.audit.test_custody import PLANTED_APART
from tests.cast import Firm

FREE_AUTHORIZATION = "ALTER TABLE authorizations_authorization DROP CONSTRAINT "
FREE_ALLOWANCE = "ALTER TABLE authorizations_allowance DROP CONSTRAINT "
FREE_SALE = "ALTER TABLE authorizations_sale DROP CONSTRAINT "
FREE_FLAG = "ALTER TABLE oversight_flag DROP CONSTRAINT "
EXCEEDED = "rule = 'quantity_exceeded' AND state = 'confirmed'"
LAST_OF_CODES = """id = (SELECT max(id) FROM registry_event WHERE subject_kind = 'authorization'
    AND kind = 'authorization.sale')"""

# Each invariant with what breaks it; one that can be broken in several ways stands here as often.
PLANTS: list[tuple[str, tuple[str, ...]]] = [
    *two_people.PLANTS,
    (
        "11 nobody acts for the authority and for a firm",
        (
            "UPDATE registry_membership SET user_id = (SELECT min(user_id) FROM"
            " registry_membership WHERE role = 'officer') WHERE id = (SELECT min(id) FROM"
            " registry_membership WHERE role = 'manager')",
        ),
    ),
    (
        "11 an officer leaves by two officers or by their own word",
        ("UPDATE registry_membership SET ended_at = now() WHERE role = 'officer'",),
    ),
    (
        "11 an officer leaves by two officers or by their own word",
        (
            "UPDATE registry_membership SET ended_at = now(), ended_how = 'resigned'"
            " WHERE role = 'officer'",
        ),
    ),
    (
        "11 nobody of the firm ends its flag",
        (
            "UPDATE registry_membership SET user_id = (SELECT user_id FROM oversight_flagstep"
            " WHERE kind = 'agreed' LIMIT 1) WHERE role = 'manager'",
        ),
    ),
    (
        "1 no balance of an authorization is negative",
        (
            FREE_AUTHORIZATION + "authorization_is_never_negative",
            "UPDATE authorizations_authorization SET held_kg = -1",
        ),
    ),
    (
        "1 no balance of an allowance is negative",
        (
            FREE_ALLOWANCE + "allowance_is_never_negative",
            "UPDATE authorizations_allowance SET held_kg = -1",
        ),
    ),
    (
        "1 no admission passed its limit",
        (
            "UPDATE authorizations_ledgerentry SET used_after_kg = limit_kg + 1"
            " WHERE kind = 'request'",
        ),
    ),
    (
        "1 no admission passed its limit",
        ("UPDATE authorizations_ledgerentry SET limit_kg = limit_kg * 2 WHERE kind = 'request'",),
    ),
    (
        "1 each entry tells how full its allowance was",
        (
            "UPDATE authorizations_ledgerentry SET used_after_kg = used_after_kg - 1"
            " WHERE kind = 'sale'",
        ),
    ),
    (
        "2 entries sum to the authorization, for the buyer",
        ("UPDATE authorizations_authorization SET held_kg = held_kg + 1",),
    ),
    (
        "2 entries sum to the authorization, for the buyer",
        ("UPDATE authorizations_ledgerentry SET claimed_kg = 0 WHERE claimed_kg > 0",),
    ),
    (
        "2 entries sum to the authorization, for the seller",
        ("UPDATE authorizations_ledgerentry SET claimed_kg = 1 WHERE kind = 'sale'",),
    ),
    (
        "2 an allowance is the sum of its authorizations",
        ("UPDATE authorizations_allowance SET claimed_kg = claimed_kg + 1",),
    ),
    (
        "2 entries sum to the authorization, for the seller",
        ("UPDATE authorizations_authorization SET held_kg = held_kg + 1",),
    ),
    (
        "2 entries sum to the allowance",
        ("UPDATE authorizations_allowance SET consumed_kg = consumed_kg - 0.000001",),
    ),
    (
        "2 an allowance is the sum of its authorizations",
        ("UPDATE authorizations_allowance SET consumed_kg = consumed_kg - 0.000001",),
    ),
    (
        "2 what was used in a quarter or a year is what was used in its months",
        (
            "UPDATE authorizations_allowance SET consumed_kg = 0"
            " WHERE period_end > period_start + 300 AND consumed_kg > 0",
        ),
    ),
    (
        "2 what was used in a quarter or a year is what was used in its months",
        (
            "UPDATE authorizations_allowance SET reserved_kg = reserved_kg + 1"
            " WHERE period_end BETWEEN period_start + 80 AND period_start + 100",
        ),
    ),
    (
        "2 an allowance is the sum of its authorizations",
        (
            "DELETE FROM authorizations_ledgerentry",
            "UPDATE authorizations_allowance SET reserved_kg = 0, held_kg = 0, consumed_kg = 0,"
            " overage_kg = 0, claimed_kg = 0",
        ),
    ),
    (
        "3 what was issued or sold has taken the vendor’s quota",
        (
            FREE_AUTHORIZATION + "an_issued_code_takes_the_vendors_quota",
            "UPDATE authorizations_authorization SET seller_allowance_id = NULL",
        ),
    ),
    (
        "2 entries are booked on the parties’ own allowances",
        (
            "UPDATE authorizations_allowance SET period_start = period_start - 10000,"
            " period_end = period_end - 10000",
        ),
    ),
    (
        "2 entries are booked on the parties’ own allowances",
        (
            "UPDATE authorizations_allowance SET precursor_id ="
            " (SELECT id FROM precursors_precursor WHERE code <> 'acetone' LIMIT 1)"
            " WHERE activity = 'sell'",
        ),
    ),
    (
        "2 what awaits a receipt is noted",
        ("UPDATE authorizations_authorization SET receipt_awaited_since = NULL",),
    ),
    ("2 what awaits a receipt is noted", ("DELETE FROM authorizations_receipt",)),
    (
        "3 what was sold is consumed or overage",
        (
            FREE_AUTHORIZATION + "what_was_sold_is_consumed_or_overage",
            "UPDATE authorizations_authorization SET sold_kg = sold_kg + 1",
        ),
    ),
    (
        "3 a sale without a code is claimed until buyer or officer answers",
        ("UPDATE authorizations_authorization SET claimed_kg = 0",),
    ),
    (
        "3 a sale without a code is claimed until buyer or officer answers",
        (
            "UPDATE authorizations_authorization SET claimed_kg = sold_kg, overage_kg = 0"
            " WHERE is_claim",
        ),
    ),
    (
        "3 a sale without a code is debited as far as buyer or officer vouches for it",
        ("UPDATE authorizations_agreement SET confirms_claim = false",),
    ),
    (
        "3 a sale without a code is debited as far as buyer or officer vouches for it",
        (
            "UPDATE authorizations_authorization SET claimed_kg = 0, overage_kg = sold_kg"
            " WHERE claimed_kg > 0",
        ),
    ),
    (
        "3 what counts as sold was reported, and less was agreed to",
        ("UPDATE authorizations_sale SET net_kg = net_kg + 1 WHERE replaces_id IS NOT NULL",),
    ),
    (
        "3 what counts as sold was reported, and less was agreed to",
        ("DELETE FROM authorizations_receipt",),
    ),
    (
        "3 what counts as sold was reported, and less was agreed to",
        ("UPDATE authorizations_receipt SET net_kg = net_kg + 1 WHERE replaces_id IS NOT NULL",),
    ),
    (
        "3 only what is live reserves, and all that is left",
        (
            FREE_AUTHORIZATION + "only_a_live_code_reserves",
            "UPDATE authorizations_authorization SET reserved_kg = 1 WHERE status = 'cancelled'",
        ),
    ),
    ("4 less counts as sold only by a second word", ("DELETE FROM authorizations_receipt",)),
    (
        "4 less counts as sold only by a second word",
        ("UPDATE authorizations_ledgerentry SET kind = 'sale' WHERE kind = 'received'",),
    ),
    (
        "4 less counts as sold only by a second word",
        (
            "UPDATE authorizations_ledgerentry SET kind = 'receipt_corrected'"
            " WHERE kind = 'received'",
        ),
    ),
    (
        "4 what was reserved or held is freed only where nothing more is sold",
        (
            "UPDATE authorizations_authorization SET looked_up_at = requested_at"
            " WHERE status = 'cancelled'",
        ),
    ),
    (
        "4 what was reserved or held is freed only where nothing more is sold",
        ("UPDATE authorizations_ledgerentry SET kind = 'expired' WHERE kind = 'cancelled'",),
    ),
    (
        "5 every version is evaluated, or has its duty",
        (
            "DELETE FROM authorizations_duty",
            "UPDATE authorizations_authorization SET version = version + 1",
        ),
    ),
    (
        "5 every sale is evaluated, or less than a minute overdue",
        (
            "DELETE FROM oversight_evaluation",
            "UPDATE authorizations_duty SET due_at = now() + interval '1 day'",
        ),
    ),
    ("5 no duty is parked", ("UPDATE authorizations_duty SET parked_at = now()",)),
    (
        "6 the quantity flags that hold are those of a recount",
        (f"UPDATE oversight_flag SET holds = false WHERE {EXCEEDED}",),
    ),
    (
        "6 the quantity flags that hold are those of a recount",
        (f"UPDATE oversight_flag SET rule = 'quantity_short' WHERE {EXCEEDED}",),
    ),
    (
        "6 the quantity flags that hold are those of a recount",
        ("UPDATE oversight_flag SET holds = true WHERE rule = 'quantity_exceeded' AND NOT holds",),
    ),
    (
        "6 quota_overdrawn holds where a booking passed its limit",
        ("UPDATE oversight_flag SET holds = false WHERE rule = 'quota_overdrawn'",),
    ),
    (
        "6 used above a limit has its flag",
        ("UPDATE oversight_flag SET rule = 'quota_rush' WHERE rule = 'quota_overdrawn'",),
    ),
    (
        "6 sold_without_code holds where a sale without a code stands",
        ("UPDATE oversight_flag SET holds = false WHERE rule = 'sold_without_code'",),
    ),
    (
        "6 the flags that hold are what was last found, word for word",
        (
            'UPDATE oversight_flag SET evidence = evidence || \'{"over": "1.000"}\''
            f" WHERE {EXCEEDED}",
        ),
    ),
    (
        "6 the flags that hold are what was last found, word for word",
        (f"UPDATE oversight_flag SET severity = 'medium' WHERE {EXCEEDED}",),
    ),
    (
        "6 what a flag’s step tells was found by an evaluation",
        (
            "UPDATE oversight_flagstep"
            " SET data = jsonb_set(data, '{evidence,over}', '\"1.000\"') WHERE kind = 'raised'",
        ),
    ),
    (
        "6 what was found is found again from what was known then",
        ("UPDATE oversight_evaluation SET findings = '[]' WHERE findings <> '[]'",),
    ),
    (
        "7 a flag’s steps have no gap",
        ("DELETE FROM oversight_flagstep WHERE kind = 'drawn'",),
    ),
    (
        "7 a flag’s state is its last step’s",
        (f"UPDATE oversight_flag SET state = 'explained' WHERE {EXCEEDED}",),
    ),
    (
        "7 two ended each high flag, the second a person",
        (
            "UPDATE oversight_flagstep SET user_id ="
            " (SELECT user_id FROM oversight_flagstep WHERE kind = 'proposed')"
            " WHERE kind = 'agreed'",
        ),
    ),
    (
        "7 two ended each high flag, the second a person",
        (
            FREE_FLAG + "ending_a_high_flag_takes_two",
            f"UPDATE oversight_flag SET decided_by_id = proposed_by_id WHERE {EXCEEDED}",
        ),
    ),
    (
        "7 two ended each high flag, the second a person",
        ("UPDATE oversight_flagstep SET kind = 'assigned' WHERE kind = 'proposed'",),
    ),
    (
        "8 a sale is the code’s own seller’s",
        ("UPDATE authorizations_sale SET seller_id = buyer_id",),
    ),
    (
        "8 no code twice",
        (
            FREE_AUTHORIZATION + "no_code_is_given_twice",
            "UPDATE authorizations_authorization SET code ="
            " (SELECT min(code) FROM authorizations_authorization) WHERE code IS NOT NULL",
        ),
    ),
    (
        "8 no sale is replaced twice",
        (
            FREE_SALE + "authorizations_sale_replaces_id_key",
            "UPDATE authorizations_sale SET reason = 'again', (root_id, replaces_id) ="
            " (SELECT root_id, replaces_id FROM authorizations_sale"
            " WHERE replaces_id IS NOT NULL) WHERE replaces_id IS NULL AND id <>"
            " (SELECT replaces_id FROM authorizations_sale WHERE replaces_id IS NOT NULL)",
        ),
    ),
    (
        "8 a correction replaces a report of its own sale",
        (
            "UPDATE authorizations_sale SET root_id = (SELECT max(id) FROM authorizations_sale)"
            " WHERE replaces_id IS NOT NULL",
        ),
    ),
    (
        "9 the events of a subject have no gap",
        ("DELETE FROM registry_event WHERE kind = 'authorization.looked_up'",),
    ),
    (
        "9 the events of a subject have no gap",
        ("DELETE FROM registry_event WHERE kind = 'authorization.requested'",),
    ),
    (
        "9 every change of an authorization has its event",
        ("DELETE FROM registry_event WHERE kind = 'authorization.cancelled'",),
    ),
    (
        "9 every state has its event",
        (
            "UPDATE registry_event SET kind = 'authorization.revoked'"
            " WHERE kind = 'authorization.cancelled'",
        ),
    ),
    (
        "9 every step of a flag has its event",
        ("UPDATE registry_event SET kind = 'flag.agreed' WHERE kind = 'flag.proposed'",),
    ),
    (
        "9 every change of a license has its step and its event",
        ("UPDATE registry_license SET standing = 'suspended'",),
    ),
    (
        "9 every change of a license has its step and its event",
        ("DELETE FROM registry_licensestep",),
    ),
    (
        "10 every guard is on, always",
        ("DROP TRIGGER rows_are_kept ON authorizations_receipt",),
    ),
    (
        "10 every guard refuses",
        (
            "CREATE OR REPLACE FUNCTION portal_refuses() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$",
        ),
    ),
    *(
        ("10 every table of several firms shows each its own rows", (statement,))
        for statement in (
            "ALTER TABLE authorizations_sale DISABLE ROW LEVEL SECURITY",
            "DROP POLICY firms ON registry_event",
            "ALTER POLICY firms ON authorizations_receipt USING (true)",
        )
    ),
]
# Where one role does everything it owns everything, and there is nothing to ask.
PLANTS_OF_TWO_ROLES: list[tuple[str, tuple[str, ...]]] = [
    (
        "10 the application’s role owns nothing",
        (
            f"GRANT CREATE ON SCHEMA public TO {settings.APPLICATION_ROLE}",
            f"ALTER TABLE audit_watermark OWNER TO {settings.APPLICATION_ROLE}",
        ),
    ),
    (
        "10 the application’s role owns nothing",
        (
            f"GRANT CREATE ON SCHEMA public TO {settings.APPLICATION_ROLE}",
            f"ALTER FUNCTION portal_refuses() OWNER TO {settings.APPLICATION_ROLE}",
        ),
    ),
]


@pytest.fixture
def world(
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    report: Callable[..., Any],
    buyer: Firm,
    vendor: Firm,
    acetone: Product,
    regulator: Actor,
    third_officer: Actor,
) -> None:
    codes = [
        planting.corrected(ask, sell, report, buyer, vendor),
        planting.decided(ask, sell, regulator),
        planting.given_back(ask, buyer),
        ask("100"),
        planting.overdrawn(report, buyer, vendor, acetone, regulator),
        planting.claimed(report, buyer, vendor, acetone).authorization,
    ]
    evaluate([code.pk for code in codes])


def broken() -> set[str]:
    return {name for name, count in invariants.violations() if count}


def test_a_world_in_order_breaks_none(world: None) -> None:
    assert broken() == set()


def test_whatever_is_planted_is_found(world: None) -> None:
    """One world for all: each plant is taken out again before the next."""
    plants = PLANTS + (PLANTS_OF_TWO_ROLES if settings.MIGRATION_DATABASE else [])
    assert [name for name, statements in plants if not _is_found(name, statements)] == []


def _is_found(invariant: str, statements: tuple[str, ...]) -> bool:
    question = next(each for each in invariants.QUESTIONS if each.name == invariant)
    assert question.count() == 0
    before = transaction.savepoint()
    plant(*statements)
    found = question.count() > 0
    transaction.savepoint_rollback(before)
    return found


def test_every_invariant_has_its_plant() -> None:
    asked = {question.name for question in invariants.QUESTIONS}
    assert asked == PLANTED_APART | {
        invariant for invariant, _statements in PLANTS + PLANTS_OF_TWO_ROLES
    }


def test_every_guard_there_is_is_asked_for(db: None) -> None:
    assert set(planting.guards()) == {
        (table, name)
        for guards in (GUARDED, FOLLOWING)
        for table, names in guards.items()
        for name in names
    }
