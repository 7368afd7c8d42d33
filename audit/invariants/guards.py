"""Invariant 10: the triggers that refuse stand, and the role at work cannot take them away."""

from collections.abc import Mapping

from audit.invariants.question import EVERYTHING, Question

ADDED_ONLY = ("rows_are_kept", "table_is_kept")
FROZEN = ("columns_are_kept", *ADDED_ONLY)
GUARDS = {
    "account_emailaddress": FROZEN,
    "audit_violation": (
        *FROZEN,
        "acceptance_stays",
        "is_accepted_once",
        "is_not_born_accepted",
    ),
    "authorizations_agreement": ADDED_ONLY,
    "authorizations_allowance": FROZEN,
    "authorizations_authorization": (*FROZEN, "vendors_quota_is_kept"),
    "oversight_evaluation": ADDED_ONLY,
    "authorizations_duty": ("is_done",),
    "mfa_authenticator": ("stays_with_person",),
    "oversight_flag": (
        *FROZEN,
        "agrees_with_steps",
        "begins_with_a_step",
        "begins_with_no_second",
        "is_as_found",
        "second_is_apart",
    ),
    "oversight_flagstep": ADDED_ONLY,
    "authorizations_ledgerentry": (*ADDED_ONLY, "every_period"),
    "authorizations_lookup": ADDED_ONLY,
    "authorizations_receipt": ADDED_ONLY,
    "authorizations_ruleset": ADDED_ONLY,
    "authorizations_sale": ADDED_ONLY,
    "precursors_product": ("product_version_is_kept", "takes_two"),
    "registry_accessentry": ADDED_ONLY,
    "registry_amendment": (*ADDED_ONLY, "decided_once"),
    "registry_apikey": (*FROZEN, "stays_revoked"),
    "registry_driver": ("stays_retired",),
    "registry_event": ADDED_ONLY,
    "registry_invitation": (*FROZEN, "decided_once", "takes_two"),
    "registry_jurisdiction": (*FROZEN, "resumed_by_two"),
    "registry_license": (*FROZEN, "standing_is_decided", "returns_by_two"),
    "registry_licensestep": ADDED_ONLY,
    "registry_membership": (
        *FROZEN,
        "officer_is_invited",
        "is_on_one_side",
        "ends_by_two",
        "stays_ended",
    ),
    "registry_organization": FROZEN,
    "registry_permit": (*FROZEN, "moves_ahead", "takes_two"),
    "registry_personsession": ("stays_ended",),
    "registry_productproposal": (*FROZEN, "decided_once"),
    "registry_proposal": (*FROZEN, "decided_by_another", "decided_once", "within_bounds"),
    "registry_recovery": (*FROZEN, "asked_by_who_may"),
    "registry_site": ("loosened_by_two", "stays_retired"),
    "registry_user": (*FROZEN, "made_by_the_owner", "officer_is_not_switched"),
    "registry_vehicle": ("stays_retired",),
}
# Triggers that refuse nothing, and do what must follow whatever the door.
FOLLOWING = {
    "registry_accessentry": ("rows_are_dated",),
    "registry_membership": ("ends_sessions",),
    "registry_user": ("ends_sessions",),
}


def _named(guards: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(f"('{table}', '{name}')" for table in guards for name in guards[table])


WANTED, WANTED_TOO = _named(GUARDS), _named(FOLLOWING)
STANDS = f"""
    (VALUES {WANTED}) AS wanted(of, name)
    LEFT JOIN pg_trigger guard
        ON guard.tgrelid = to_regclass(wanted.of) AND guard.tgname = wanted.name
    LEFT JOIN pg_proc done ON done.oid = guard.tgfoid
"""
STANDS_TOO = STANDS.replace(WANTED, f"{WANTED}, {WANTED_TOO}")

# What belongs to the role at work, where another has tables too. Where one role does everything
# there is nothing to check: a warning of the deployment reports that (portal.W001).
OWNED = """
    SELECT 'role ' || owner.rolname || ' owns ' || owned.name FROM (
        SELECT relowner AS by, relname::text AS name FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT proowner, proname::text FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT nspowner, nspname::text FROM pg_namespace WHERE nspname = 'public'
        UNION ALL SELECT datdba, datname::text FROM pg_database
            WHERE datname = current_database()
    ) owned JOIN pg_roles owner ON owner.oid = owned.by
    WHERE pg_has_role(current_user, owned.by, 'USAGE') AND EXISTS (SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND NOT pg_has_role(current_user, relowner, 'USAGE'))
"""

# Of several firms, each of which sees its own rows; who says nothing sees none.
CLOSED = (
    "authorizations_authorization",
    "oversight_evaluation",
    "oversight_flag",
    "oversight_flagstep",
    "authorizations_ledgerentry",
    "authorizations_lookup",
    "authorizations_receipt",
    "authorizations_sale",
    "registry_accessentry",
    "registry_event",
)
CLOSED_LATER = (
    "authorizations_agreement",
    "authorizations_allowance",
    "authorizations_duty",
    "registry_amendment",
    "registry_driver",
    "registry_idempotencykey",
    "registry_license",
    "registry_licensestep",
    "registry_permit",
    "registry_site",
    "registry_vehicle",
)
OPEN = f"""
    SELECT wanted.of FROM unnest(ARRAY{[*CLOSED, *CLOSED_LATER]}) AS wanted(of)
    LEFT JOIN pg_class shut ON shut.oid = to_regclass(wanted.of) AND shut.relrowsecurity
    LEFT JOIN pg_policy policy ON policy.polrelid = shut.oid AND policy.polname = 'firms'
    WHERE (position('(portal_sees_all() OR ' IN pg_get_expr(policy.polqual, shut.oid))
        > 0) IS NOT TRUE
"""

OWN = (
    Question(
        10,
        "every guard is on, always",
        EVERYTHING,
        f"SELECT wanted.of || '.' || wanted.name FROM {STANDS_TOO}"
        " WHERE guard.tgenabled IS DISTINCT FROM 'A'",
    ),
    Question(
        10,
        "every guard refuses",
        EVERYTHING,
        f"SELECT wanted.of || '.' || wanted.name FROM {STANDS}"
        " WHERE position('RAISE EXCEPTION' IN done.prosrc) = 0 AND wanted.name <> 'every_period'",
    ),
    Question(10, "the application’s role owns nothing", EVERYTHING, OWNED),
    Question(10, "every table of several firms shows each its own rows", EVERYTHING, OPEN),
)
