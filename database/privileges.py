"""Who may do what in the database: one line for every table.

The owner (MIGRATION_DATABASE_URL) makes and changes tables. The application (DATABASE_URL) gets
no more than its verbs need. The reader (READER_ROLE) may SELECT what is not secret.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection, transaction

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
    "registry_event",
    "registry_licensestep",
}
# Rows change, and are never removed.
KEPT = {
    "account_emailaddress",
    "registry_amendment",
    "authorizations_allowance",
    "authorizations_authorization",
    "oversight_flag",
    "audit_violation",
    "audit_watermark",
    "precursors_precursor",
    "precursors_product",
    "registry_apikey",
    "registry_driver",
    "registry_invitation",
    "registry_jurisdiction",
    "registry_license",
    "registry_membership",
    "registry_organization",
    "registry_permit",
    "registry_productproposal",
    "registry_proposal",
    "registry_refusal",
    "registry_reinstatement",
    "registry_site",
    "registry_user",
    "registry_vehicle",
}
# Rows are removed in time: work to do, sessions, what is kept for a limited time.
CHANGEABLE = {
    "account_emailconfirmation",
    "authorizations_duty",
    "oversight_heartbeat",
    "registry_idempotencykey",
    "cache",
    "django_session",
    "mfa_authenticator",
    "registry_clockoffset",
}
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
# Not for the reader: passwords, keys, tokens, sessions, and answers kept for a repeated request.
SECRET = {
    "account_emailaddress",
    "account_emailconfirmation",
    "registry_idempotencykey",
    "cache",
    "django_session",
    "mfa_authenticator",
    "registry_apikey",
    "registry_invitation",
    "registry_user",
}
RIGHTS = {
    **dict.fromkeys(ADDED_ONLY, "SELECT, INSERT"),
    **dict.fromkeys(KEPT, "SELECT, INSERT, UPDATE"),
    **dict.fromkeys(CHANGEABLE, "SELECT, INSERT, UPDATE, DELETE"),
    **dict.fromkeys(SETTLED, "SELECT"),
}
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
    return [name for name in tables if name not in RIGHTS]


def _roles() -> list[str]:
    return [role for role in (settings.APPLICATION_ROLE, settings.READER_ROLE) if role]


def _statements(tables: list[str]) -> Iterator[str]:
    yield from _public_statements()
    for role in map(connection.ops.quote_name, _roles()):
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
        yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}"
        yield f"GRANT USAGE ON SCHEMA public TO {role}"
    application, *reader = map(connection.ops.quote_name, _roles())
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {application}"
    for table in filter(RIGHTS.__contains__, tables):
        yield f"GRANT {RIGHTS[table]} ON {table} TO {application}"
        if reader and table not in SECRET:
            yield f"GRANT SELECT ON {table} TO {reader[0]}"


def _public_statements() -> Iterator[str]:
    """A temporary table could stand in for a real one in the query of a trigger."""
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    yield f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
