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


def added_and_outlived(table: str, days: int) -> RunSQL:
    """Refuse UPDATE and TRUNCATE of a table, and DELETE of rows whose `at` is less than days ago.

    The database sets `at`: a row that was dated back could be removed.
    """
    refuse = "RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, '{}'"
    state = " USING ERRCODE = 'integrity_constraint_violation';"
    kept = f"rows are kept here for {days} days"
    body = (
        f"BEGIN IF TG_OP = 'UPDATE' THEN {refuse.format(ADDED_ONLY)}{state} END IF;"
        f" IF OLD.at > clock_timestamp() - interval '{days} days' THEN"
        f" {refuse.format(kept)}{state} END IF; RETURN OLD; END"
    )
    dated = "BEGIN NEW.at := clock_timestamp(); RETURN NEW; END"
    outlived = always(table, "rows_are_kept", "BEFORE UPDATE OR DELETE", body)
    at = always(table, "rows_are_dated", "BEFORE INSERT", dated)
    whole = _guard(table, "table_is_kept", "BEFORE TRUNCATE", ADDED_ONLY)
    return RunSQL(
        f"{FUNCTION}{outlived.sql}{at.sql}{whole}",
        f"{outlived.reverse_sql}{at.reverse_sql}{_without(table, 'table_is_kept')}",
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


def at_commit(table: str, name: str, when: str, body: str, condition: str = "") -> RunSQL:
    """As `always`, once all of the transaction is written: e.g. when = "AFTER UPDATE".

    For a row that must agree with others that are written after it. Where the condition, on OLD
    and NEW, does not hold nothing is done. The body reads the row anew: it may have changed since.
    """
    function = f"{table}_{name}"
    trigger = f"CREATE CONSTRAINT TRIGGER {name} {when} ON {table} DEFERRABLE INITIALLY DEFERRED"
    only = f"WHEN ({condition})" if condition else ""
    return RunSQL(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;"
        f"{trigger} FOR EACH ROW {only} EXECUTE FUNCTION {function}();" + _enabled(table, name),
        _without(table, name) + f"DROP FUNCTION {function}();",
    )


def see_all(function: str) -> RunSQL:
    """Let a trigger's function see the rows of all firms, whoever's session it runs in."""
    change = f"ALTER FUNCTION {function}()"
    return RunSQL(
        f"{change} SECURITY DEFINER; {change} SET search_path = public, pg_temp;",
        f"{change} SECURITY INVOKER; {change} RESET search_path;",
    )


def change_body(table: str, name: str, body: str, *, instead_of: str) -> RunSQL:
    """Give a trigger of `always` or `at_commit` another body; it stays on meanwhile."""
    replace = f"CREATE OR REPLACE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql"
    return RunSQL(f"{replace} AS $$ {body} $$;", f"{replace} AS $$ {instead_of} $$;")


def changes(*columns: str) -> str:
    """The condition that an UPDATE changes one of these columns."""
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)


def refuse(why: str) -> str:
    """The PL/pgSQL statement that refuses."""
    return f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation';"


def _columns_are_kept(table: str, columns: Sequence[str]) -> str:
    fixed = "this column never changes once written"
    return _guard(table, "columns_are_kept", "BEFORE UPDATE", fixed, f"WHEN ({changes(*columns)})")


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
