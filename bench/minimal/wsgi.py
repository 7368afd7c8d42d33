"""The contender wsgi: a bare application that does each act in one statement."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg2

ISSUE = """
WITH taken AS (
    UPDATE allowance SET used_kg = used_kg + %(kg)s
    WHERE id = %(allowance)s AND used_kg + %(kg)s <= limit_kg RETURNING id
), opened AS (
    INSERT INTO authorization_ (code, status, buyer, seller, allowance, net_kg)
    SELECT %(code)s, 'issued', %(buyer)s, %(seller)s, id, %(kg)s FROM taken
    RETURNING id, code, allowance
), entered AS (
    INSERT INTO ledger_entry (allowance, authorization_, reserved_kg, consumed_kg)
    SELECT allowance, id, %(kg)s, 0 FROM opened
), event_row AS (
    INSERT INTO event (kind, authorization_, actor) SELECT 'issued', id, %(buyer)s FROM opened
), left_to_do AS (
    INSERT INTO duty (authorization_, due_at) SELECT id, now() + interval '3 days' FROM opened
)
SELECT code FROM opened
"""
REDEEM = """
WITH closed AS (
    UPDATE authorization_ SET sold_kg = sold_kg + %(kg)s, status = 'closed'
    WHERE code = %(code)s AND seller = %(seller)s AND status = 'issued'
    RETURNING id, code, allowance
), sold AS (
    INSERT INTO sale (authorization_, net_kg, plate) SELECT id, %(kg)s, %(plate)s FROM closed
), entered AS (
    INSERT INTO ledger_entry (allowance, authorization_, reserved_kg, consumed_kg)
    SELECT allowance, id, -%(kg)s::numeric, %(kg)s FROM closed
), event_row AS (
    INSERT INTO event (kind, authorization_, actor) SELECT 'sale', id, %(seller)s FROM closed
), left_to_do AS (
    INSERT INTO duty (authorization_) SELECT id FROM closed
)
SELECT code FROM closed
"""
STATEMENTS = {"/issue": ISSUE, "/redeem": REDEEM}
Environ = dict[str, Any]

own = threading.local()


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    act = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    with _connection().cursor() as cursor:
        cursor.execute(STATEMENTS[environ["PATH_INFO"]], act)
        found = cursor.fetchone()
    status = "201 Created" if found else "409 Conflict"
    body = json.dumps({"code": found and found[0], **act}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def _connection() -> Any:
    if not hasattr(own, "connection"):
        own.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        own.connection.autocommit = True
    return own.connection
