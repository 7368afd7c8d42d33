"""Triggers that keep what was recorded as it was recorded, whoever the client is.

They are `ENABLE ALWAYS`: they also fire in a session that turns ordinary triggers off.
"""

from collections.abc import Sequence

from django.db.migrations import RunSQL

FUNCTION = """
CREATE OR REPLACE FUNCTION portal_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
ADDED_ONLY = "rows are added here, never changed or removed"
KEPT = "rows are kept here for ever"


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE of a table."""
    return RunSQL(
        FUNCTION
        + _guard(table, "rows_are_kept", "BEFORE UPDATE OR DELETE", ADDED_ONLY)
        + _guard(table, "table_is_kept", "BEFORE TRUNCATE", ADDED_ONLY),
        _without(table, "rows_are_kept", "table_is_kept"),
    )


def frozen(table: str, *columns: str) -> RunSQL:
    """Refuse DELETE and TRUNCATE of a table, and any change of these columns."""
    return RunSQL(
        FUNCTION
        + _columns_are_kept(table, columns)
        + _guard(table, "rows_are_kept", "BEFORE DELETE", KEPT)
        + _guard(table, "table_is_kept", "BEFORE TRUNCATE", KEPT),
        _without(table, "columns_are_kept", "rows_are_kept", "table_is_kept"),
    )


def keep_columns(table: str, columns: Sequence[str], *, instead_of: Sequence[str]) -> RunSQL:
    """Refuse any change of these columns of a table that is `frozen` already."""
    drop = _without(table, "columns_are_kept")
    return RunSQL(
        drop + _columns_are_kept(table, columns), drop + _columns_are_kept(table, instead_of)
    )


def always(table: str, name: str, when: str, body: str) -> RunSQL:
    """Run a PL/pgSQL body for each row of a table, e.g. when = "BEFORE UPDATE".

    The trigger is `name`, its function `{table}_{name}`.
    """
    function = f"{table}_{name}"
    return RunSQL(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;"
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();"
        + _enabled(table, name),
        _without(table, name) + f"DROP FUNCTION {function}();",
    )


def _columns_are_kept(table: str, columns: Sequence[str]) -> str:
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    fixed = "this column never changes once written"
    return _guard(table, "columns_are_kept", "BEFORE UPDATE", fixed, f"WHEN ({changed})")


def _guard(table: str, name: str, when: str, why: str, condition: str = "") -> str:
    each = "STATEMENT" if "TRUNCATE" in when else "ROW"
    return (
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} {condition}"
        f" EXECUTE FUNCTION portal_refuses('{why}');" + _enabled(table, name)
    )


def _enabled(table: str, name: str) -> str:
    return f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};\n"


def _without(table: str, *names: str) -> str:
    return "".join(f"DROP TRIGGER {name} ON {table};" for name in names)
