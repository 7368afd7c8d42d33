"""Who may do what in the database: one line for every table, and the columns that verbs change.

The owner (MIGRATION_DATABASE_URL) makes and changes tables. The application (DATABASE_URL) gets
no more than its verbs need: a new table or column is closed until it is named here. The reader
(READER_ROLE) may SELECT what `reader.py` names.
"""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from database.reader import READABLE

# Rows are added, and never changed again.
ADDED_ONLY = {
    "authorizations_agreement",
    "oversight_evaluation",
    "oversight_flagstep",
    "authorizations_ledgerentry",
    "authorizations_lookup",
    "authorizations_receipt",
    "authorizations_ruleset",
    "authorizations_sale",
    "django_admin_log",
    "registry_amendment",
    "registry_event",
    "registry_licensestep",
}
# Rows change in these columns, and are never removed. A column that is not named is closed.
KEPT = {
    "account_emailaddress": "email verified primary user_id",
    "audit_violation": "accepted_at cleared_at resuming_id",
    "audit_watermark": "marks marks_before checked_at everything_at",
    "authorizations_allowance": ("limit_kg reserved_kg held_kg consumed_kg overage_kg claimed_kg"),
    "authorizations_missedcodes": (
        "unknown foreign last_at last_guess repeats window_at in_window"
    ),
    "authorizations_authorization": (
        "status version issued_at valid_until looked_up_at ended_at declared_at released_at"
        " receipt_awaited_since seller_permit_id seller_allowance_id reserved_kg held_kg"
        " consumed_kg overage_kg claimed_kg sold_kg"
    ),
    "oversight_flag": (
        "severity state evidence version holds due_at steps_count sale_id assigned_to_id"
        " proposed_outcome proposed_by_id proposed_key_id second_id decided_by_id decided_at"
    ),
    "precursors_precursor": (
        "name_en name_es cas un_table peru_listed peru_list_source peru_min_concentration_percent"
        " us_list hs_code molar_mass_g_mol density_kg_per_l physical_state synonyms notes"
        " tolerance_cap_kg search_text sort_en sort_es"
    ),
    "precursors_product": "superseded_at",
    "registry_alarm": "told_at",
    "registry_apikey": "revoked_at last_used_at last_used_from",
    "registry_driver": "name license retired_at",
    "registry_invitation": (
        "token_hash expires_at approved_at approved_by_id withdrawn_at accepted_at"
    ),
    "registry_jurisdiction": "name country time_zone language is_test issuing_halted_at",
    "registry_keywindow": "began_at taken",
    "registry_license": "standing",
    "registry_membership": "ended_at ended_how ending_id",
    "registry_organization": "id",  # to lock it by: a trigger refuses every change
    "registry_permit": "state",
    "registry_productproposal": "approved_at approved_by_id refused_at",
    "registry_proposal": "state decided_at decided_by_id decided_key_id note",
    "registry_recovery": "stopped_at done_at",
    "registry_refusal": "times",
    "registry_site": (
        "name address ubigeo latitude longitude storage_limit_value storage_limit_unit"
        " storage_limit_kg retired_at"
    ),
    "registry_user": "password last_login language is_active session_generation",
    "registry_vehicle": "kind capacity_value capacity_unit retired_at",
}
# As KEPT, and rows are removed in time: work to do, sessions, what is kept for a limited time.
CHANGEABLE = {
    "account_emailconfirmation": "created sent key email_address_id",
    "authorizations_duty": "leased_until attempts parked_at",
    "cache": "value expires",
    "django_session": "session_data expire_date",
    "mfa_authenticator": "type data user_id created_at last_used_at",
    "oversight_heartbeat": "beat_at place",
    "registry_clockoffset": "ahead",
    "registry_idempotencykey": "status answer",
    "registry_knowndevice": "token_hash last_at",
    "registry_personsession": "seen_at ends_at ended_at",
    "registry_signincounter": "failures counted_at waits_until",
}
# Rows are added, never changed, and removed once they are old: a trigger looks how old.
OUTLIVED = {"registry_accessentry"}
# Written by the owner, read by the application: migrations, and who may see the admin.
SETTLED = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "registry_user_groups",
    "registry_user_user_permissions",
}


def _named(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _update_of(columns: str) -> str:
    return f"UPDATE ({_named(columns.split())})"


RIGHTS = {
    **dict.fromkeys(ADDED_ONLY, "SELECT, INSERT"),
    **{table: f"SELECT, INSERT, {_update_of(KEPT[table])}" for table in KEPT},
    **{table: f"SELECT, INSERT, DELETE, {_update_of(CHANGEABLE[table])}" for table in CHANGEABLE},
    **dict.fromkeys(OUTLIVED, "SELECT, INSERT, DELETE"),
    **dict.fromkeys(SETTLED, "SELECT"),
}
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s
"""
# Of the tables that show each firm its own rows; a policy is made once, since it locks the table.
WITHOUT_READER = """
SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'reader')
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
ONE_AT_A_TIME = 0x9A47


def missing_roles() -> list[str]:
    """Return which of the two roles that rights are granted to do not exist on the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        known = {name for (name,) in cursor.fetchall()}
    return [role for role in _roles() if role not in known]


@transaction.atomic
def grant() -> list[str]:
    """Revoke all rights of both roles and grant each its own; return the tables not in RIGHTS."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        for statement in _statements(tables):
            cursor.execute(statement)
        if settings.READER_ROLE:
            _grant_to_reader(cursor, connection.ops.quote_name(settings.READER_ROLE), tables)
    return [name for name in tables if name not in RIGHTS]


def _roles() -> list[str]:
    return [role for role in (settings.APPLICATION_ROLE, settings.READER_ROLE) if role]


def _statements(tables: list[str]) -> Iterator[str]:
    yield from _public_statements()
    for role in map(connection.ops.quote_name, _roles()):
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
        yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}"
        yield f"GRANT USAGE ON SCHEMA public TO {role}"
    application = connection.ops.quote_name(settings.APPLICATION_ROLE)
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {application}"
    for table in filter(RIGHTS.__contains__, tables):
        yield f"GRANT {RIGHTS[table]} ON {table} TO {application}"


def _grant_to_reader(cursor: CursorWrapper, reader: str, tables: list[str]) -> None:
    """Let it read what READABLE names, of every firm."""
    for table in filter(READABLE.__contains__, tables):
        cursor.execute(COLUMNS, [table])
        there = {name for (name,) in cursor.fetchall()}
        columns = _named(name for name in READABLE[table].split() if name in there)
        cursor.execute(f"GRANT SELECT ({columns}) ON {table} TO {reader}")
    cursor.execute(WITHOUT_READER)
    for table in (name for (name,) in cursor.fetchall() if name in READABLE):
        cursor.execute(f"CREATE POLICY reader ON {table} FOR SELECT TO {reader} USING (true)")


def _public_statements() -> Iterator[str]:
    """A temporary table could stand in for a real one in the query of a trigger."""
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    yield f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
