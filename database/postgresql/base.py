"""Django's PostgreSQL backend, aware of a pooler that gives each transaction another connection.

There nothing lasts that is said to a session. So every statement brings the settings with it, in
the same message and for its own transaction: limits, and the firm whose rows it may see. A kept
connection is checked without a statement to the server.
"""

from collections.abc import Callable, Iterable
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

FIRM = "portal.firm"
REFUSED = "unsupported startup parameter"
told: set[str] = set()  # the addresses of poolers that this process has reported


class DatabaseWrapper(base.DatabaseWrapper):
    """`firm` is the organization whose rows this thread may see; None: all."""

    firm: int | None = None
    has_pooler = False  # known once it is connected

    @property
    def is_pooled(self) -> bool:
        """Whether another transaction may have another session."""
        if self.alias == NO_DB_ALIAS:
            return False
        return self.has_pooler or not settings.PREPARED_STATEMENTS

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and find out whether that leads to the server or to a pooler before it."""
        try:
            connection = super().get_new_connection(conn_params)
        except OperationalError as error:
            if REFUSED not in str(error):
                raise
            connection = super().get_new_connection({**conn_params, "options": ""})
        self.has_pooler = _is_another(connection)
        if self.has_pooler:
            _tell(f"{conn_params.get('host', '')}:{conn_params.get('port', '')}")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor; behind a pooler without a name, since that would outlast its transaction."""
        if not self.is_pooled:
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
        return TellingCursor(connection, self._settings_of_transaction)

    def _settings_of_transaction(self) -> str:
        firm = "" if self.firm is None else str(self.firm)
        values = {**settings.PER_CONNECTION, FIRM: firm}
        parts = [f"set_config('{name}', '{value}', true)" for name, value in values.items()]
        return f"SELECT {', '.join(parts)}; "


class TellingCursor(cursor):  # type: ignore[misc]  # psycopg2 has no types
    """Sends the settings of the transaction before each statement, in one message with it."""

    def __init__(self, connection: Any, telling: Callable[[], str]) -> None:
        super().__init__(connection)
        self.telling = telling
        self.before = ""

    def execute(self, query: Any, vars: Any = None) -> None:
        text = query if isinstance(query, str) else query.as_string(self)
        failed = self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR
        self.before = "" if failed else self.telling()  # then only a roll-back is accepted
        super().execute(self.before + text, vars)

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
