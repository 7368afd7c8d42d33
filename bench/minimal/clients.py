"""The contender sql: hand-written transactions by database clients, without any web.

    python -m bench.minimal.clients <plan >answers

One transaction is the same work as one request of the others.
"""

import json
import queue
import sys
import threading
import time
from dataclasses import asdict
from typing import Any

import psycopg2

from bench.load import Run

TAKE = """
UPDATE allowance SET used_kg = used_kg + %(kg)s
WHERE id = %(allowance)s AND used_kg + %(kg)s <= limit_kg
"""
OPEN = """
INSERT INTO authorization_ (code, status, buyer, seller, allowance, net_kg)
VALUES (%(code)s, 'issued', %(buyer)s, %(seller)s, %(allowance)s, %(kg)s) RETURNING id
"""
CLOSE = """
UPDATE authorization_ SET sold_kg = sold_kg + %(kg)s, status = 'closed'
WHERE code = %(code)s AND seller = %(seller)s AND status = 'issued' RETURNING id, allowance
"""
SELL = "INSERT INTO sale (authorization_, net_kg, plate) VALUES (%(id)s, %(kg)s, %(plate)s)"
ENTER = """
INSERT INTO ledger_entry (allowance, authorization_, reserved_kg, consumed_kg)
VALUES (%(allowance)s, %(id)s, %(reserved)s, %(consumed)s)
"""
EVENT = "INSERT INTO event (kind, authorization_, actor) VALUES (%(kind)s, %(id)s, %(actor)s)"
LEAVE = "INSERT INTO duty (authorization_, due_at) VALUES (%(id)s, now() + %(after)s::interval)"


def issue(cursor: Any, act: dict[str, Any]) -> None:
    cursor.execute(TAKE, act)
    if cursor.rowcount != 1:
        raise RuntimeError("The quota is used up.")
    cursor.execute(OPEN, act)
    subject = {"id": cursor.fetchone()[0], "allowance": act["allowance"], "actor": act["buyer"]}
    cursor.execute(ENTER, {**subject, "reserved": act["kg"], "consumed": 0})
    cursor.execute(EVENT, {**subject, "kind": "issued"})
    cursor.execute(LEAVE, {**subject, "after": "3 days"})


def redeem(cursor: Any, sold: dict[str, Any]) -> None:
    cursor.execute(CLOSE, sold)
    number, allowance = cursor.fetchone()
    subject = {"id": number, "allowance": allowance, "actor": sold["seller"]}
    cursor.execute(SELL, {**sold, **subject})
    cursor.execute(ENTER, {**subject, "reserved": f"-{sold['kg']}", "consumed": sold["kg"]})
    cursor.execute(EVENT, {**subject, "kind": "sale"})
    cursor.execute(LEAVE, {**subject, "after": "0"})


VERBS = {"issue": issue, "redeem": redeem}


def drive(url: str, plan: list[dict[str, Any]], in_flight: int) -> Run:
    """Work through the plan with so many clients, each with a connection of its own."""
    run = Run(latencies_s=[0.0] * len(plan), statuses=[500] * len(plan), answers=plan)
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(plan)):
        waiting.put(number)
    connections = [psycopg2.connect(url) for _each in range(in_flight)]
    clients = [threading.Thread(target=_work, args=(c, plan, waiting, run)) for c in connections]
    cpu, began = time.process_time(), time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    run.seconds = time.perf_counter() - began
    run.client_cpu_s = time.process_time() - cpu
    return run


def _work(
    connection: Any, plan: list[dict[str, Any]], waiting: "queue.SimpleQueue[int]", run: Run
) -> None:
    while True:
        try:
            number = waiting.get_nowait()
        except queue.Empty:
            return
        began = time.perf_counter()
        with connection, connection.cursor() as cursor:
            VERBS[plan[number]["verb"]](cursor, plan[number])
        run.latencies_s[number] = time.perf_counter() - began
        run.statuses[number] = 201


def main() -> None:
    plan = json.load(sys.stdin)
    json.dump(asdict(drive(plan["url"], plan["requests"], plan["in_flight"])), sys.stdout)


if __name__ == "__main__":
    main()
