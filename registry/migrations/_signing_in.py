"""Triggers: the record of access stays, and who leaves is signed out, whatever the door."""

from django.db.migrations import RunSQL

from database.guards import added_and_outlived, always
from database.row_security import REPLACED_FUNCTION, insertable_by_all

SESSION_STAYS_ENDED = """
BEGIN
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at
        OR (NEW.uuid, NEW.user_id, NEW.begun_at) IS DISTINCT FROM
            (OLD.uuid, OLD.user_id, OLD.begun_at)
    THEN
        RAISE EXCEPTION 'a session that has ended stays so, and is one person’s'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
# Whoever ends a membership or turns an account off, by whatever door, ends its sessions.
LEAVING_ENDS_SESSIONS = """
BEGIN
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        UPDATE registry_personsession SET ended_at = clock_timestamp()
            WHERE user_id = NEW.user_id AND ended_at IS NULL;
    END IF;
    RETURN NEW;
END
"""
TURNED_OFF_ENDS_SESSIONS = """
BEGIN
    IF OLD.is_active AND NOT NEW.is_active THEN
        UPDATE registry_personsession SET ended_at = clock_timestamp()
            WHERE user_id = NEW.id AND ended_at IS NULL;
    END IF;
    RETURN NEW;
END
"""
GUARDS_OF_SIGNING_IN = [
    REPLACED_FUNCTION,  # which a database of before lacks: the policies ask it
    added_and_outlived("registry_accessentry", 180),
    insertable_by_all("registry_accessentry", "false"),
    RunSQL(
        "CREATE POLICY outlived ON registry_accessentry FOR DELETE USING (portal_sees_all());",
        "DROP POLICY outlived ON registry_accessentry;",
    ),
    always("registry_personsession", "stays_ended", "BEFORE UPDATE", SESSION_STAYS_ENDED),
    always("registry_membership", "ends_sessions", "AFTER UPDATE", LEAVING_ENDS_SESSIONS),
    always("registry_user", "ends_sessions", "AFTER UPDATE", TURNED_OFF_ENDS_SESSIONS),
]
