"""Invariant 10: the triggers that refuse stand."""

from authorizations.invariants.asking import NOTHING, Question

ADDED_ONLY = ("rows_are_kept", "table_is_kept")
FROZEN = ("columns_are_kept", *ADDED_ONLY)
GUARDS = {
    "authorizations_agreement": ADDED_ONLY,
    "authorizations_allowance": FROZEN,
    "authorizations_authorization": FROZEN,
    "authorizations_evaluation": ADDED_ONLY,
    "authorizations_flag": FROZEN,
    "authorizations_flagstep": ADDED_ONLY,
    "authorizations_ledgerentry": ADDED_ONLY,
    "authorizations_lookup": ADDED_ONLY,
    "authorizations_receipt": ADDED_ONLY,
    "authorizations_ruleset": ADDED_ONLY,
    "authorizations_sale": ADDED_ONLY,
    "precursors_product": ("product_version_is_kept",),
    "registry_event": ADDED_ONLY,
    "registry_invitation": (*FROZEN, "decided_once"),
    "registry_license": (*FROZEN, "standing_is_decided"),
    "registry_licensestep": ADDED_ONLY,
    "registry_membership": (*FROZEN, "officer_is_invited", "stays_ended"),
    "registry_permit": (*FROZEN, "moves_ahead", "tells_a_raise"),
    "registry_reinstatement": (*FROZEN, "decided_once"),
}
WANTED = ", ".join(f"('{table}', '{name}')" for table in GUARDS for name in GUARDS[table])
STANDS = f"""
    (VALUES {WANTED}) AS wanted(of, name)
    LEFT JOIN pg_trigger guard
        ON guard.tgrelid = to_regclass(wanted.of) AND guard.tgname = wanted.name
    LEFT JOIN pg_proc done ON done.oid = guard.tgfoid
"""

OWN = (
    Question(
        10,
        "every guard is on, always",
        NOTHING,
        f"SELECT wanted.of || '.' || wanted.name FROM {STANDS}"
        " WHERE guard.tgenabled IS DISTINCT FROM 'A'",
    ),
    Question(
        10,
        "every guard refuses",
        NOTHING,
        f"SELECT wanted.of || '.' || wanted.name FROM {STANDS}"
        " WHERE position('RAISE EXCEPTION' IN done.prosrc) = 0",
    ),
)
