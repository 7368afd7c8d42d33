"""Django's PostgreSQL backend, aware of a pooler that gives each transaction another connection.

Whose rows a session may see is told with the next statement, in one message with it. Behind a
pooler nothing lasts that is said to a session: there every statement brings all settings with it,
for its own transaction. A kept connection is checked without a statement to the server.
"""

from collections.abc import Iterable
from select import POLLIN, poll
from typing import Any, cast

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg2 import Error, OperationalError
from psycopg2.extensions import TRANSACTION_STATUS_INERROR, cursor

log = structlog.get_logger("portal.database")

FIRM = "portal.firm"  # the setting: a firm's number, ALL or, to see nothing, empty
ALL = "all"
at_start = ""  # what a new session of this process sees
REFUSED = "unsupported startup parameter"
told: set[str] = set()  # the addresses of poolers that this process has reported


class DatabaseWrapper(base.DatabaseWrapper):
    """`seen`: whose rows this thread may see, as the setting FIRM; None: as the process began."""

    seen: str | None = None
    told: str | None = None  # what the session was told last; None: that may be undone by now
    has_pooler = False  # known once it is connected

    @property
    def sees(self) -> str:
        return at_start if self.seen is None else self.seen

    @property
    def is_pooled(self) -> bool:
        """Whether another transaction may have another session."""
        if self.alias == NO_DB_ALIAS:
            return False
        return self.has_pooler or not settings.PREPARED_STATEMENTS

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and find out whether that leads to the server or to a pooler before it."""
        self.told = at_start
        if at_start:
            options = f"{conn_params.get('options', '')} -c {FIRM}={at_start}"
            conn_params = {**conn_params, "options": options}
        try:
            connection = super().get_new_connection(conn_params)
        except OperationalError as error:
            if REFUSED not in str(error):
                raise
            connection = super().get_new_connection({**conn_params, "options": ""})
            self.told = None
        self.has_pooler = _is_another(connection)
        if self.has_pooler:
            _tell(f"{conn_params.get('host', '')}:{conn_params.get('port', '')}")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor; behind a pooler without a name, since that would outlast its transaction."""
        if name and not self.is_pooled:
            self._tell_at_once()
            return super().create_cursor(name)
        made = self.connection.cursor(cursor_factory=self._telling_cursor)
        made.tzinfo_factory = self.tzinfo_factory if settings.USE_TZ else None
        return made

    def is_usable(self) -> bool:
        """Return whether the connection is open: a server that closed it has sent a last message.

        Saves the statement that Django sends before the first of each request.
        """
        unread = poll()
        try:
            unread.register(self.connection.fileno(), POLLIN)
        except Error:  # it is closed
            return False
        return not unread.poll(0)

    def _telling_cursor(self, connection: Any, name: Any = None) -> "TellingCursor":
        return TellingCursor(connection, self)

    def _tell_at_once(self) -> None:
        """Before a cursor with a name, whose first statement can bring nothing with it."""
        if before := self.settings_to_tell():
            with self.connection.cursor() as telling:
                telling.execute(before)
            self.told = self.sees

    def settings_to_tell(self) -> str:
        """What goes before a statement: nothing, where the session knows already."""
        if not self.is_pooled:
            return "" if self.told == self.sees else f"SET {FIRM} = '{self.sees}'; "
        values = {**settings.PER_CONNECTION, FIRM: self.sees}
        parts = [f"set_config('{name}', '{value}', true)" for name, value in values.items()]
        return f"SELECT {', '.join(parts)}; "

    def _rollback(self) -> None:
        self.told = None  # it may have been said in what is rolled back
        super()._rollback()  # type: ignore[misc]  # the stubs know no private methods

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self.told = None


class TellingCursor(cursor):  # type: ignore[misc]  # psycopg2 has no types
    """Sends what the session must know before a statement, in one message with it."""

    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self.wrapper = wrapper
        self.before = ""

    def execute(self, query: Any, vars: Any = None) -> None:
        failed = self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR
        self.before = (
            "" if failed else self.wrapper.settings_to_tell()
        )  # or it takes a roll-back alone
        if self.before:
            text = query if isinstance(query, str) else query.as_string(self)
            query = self.before + text
        self.wrapper.told = None  # until it is known that the statement went through
        super().execute(query, vars)
        if not failed:
            self.wrapper.told = self.wrapper.sees

    def executemany(self, query: Any, vars_list: Iterable[Any]) -> None:
        for values in vars_list:
            self.execute(query, values)

    @property
    def query(self) -> bytes | None:
        """The last statement, as the caller knows it."""
        sent: bytes | None = super().query
        return sent and sent.removeprefix(self.before.encode())


def portal_connection() -> DatabaseWrapper:
    """The connection of this thread, made if there is none yet."""
    connection = cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
    connection.ensure_connection()
    return connection


def _is_another(connection: Any) -> bool:
    """Whether the session is not the one that took the connection: a pooler has its own number."""
    with connection.cursor() as asking:
        asking.execute("SELECT pg_backend_pid()")
        (answering,) = asking.fetchone()
    connection.rollback()
    return bool(answering != connection.info.backend_pid)


def _tell(address: str) -> None:
    if address not in told:
        told.add(address)
        log.warning("pooler_found", address=address, prepared_statements=False)
