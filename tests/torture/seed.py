"""One seed: eight clients on the current database, then the verdict."""

import multiprocessing
import os
import random
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection, connections

from authorizations.models import Duty
from oversight import worker
from registry import clock
from tests.torture import journal, verdict, world
from tests.torture.channels import Channel, Verbs, Web
from tests.torture.client import CLIENTS, RUSHES, Client, Meeting
from tests.torture.journal import Journal, Story
from tests.torture.world import World

LIMIT_KG_EACH = 6  # of a buyer's month, for each act: short enough to be met
LIMIT_KG_MIN = 4000
BATCHES_MAX = 100_000
LEASES_END = timedelta(seconds=30)
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Plan:
    seed: int
    acts: int = 10_000  # of all clients together
    port: int = 0  # of a web process; 0: through the verbs
    rush_every: int = 50
    rushes: tuple[str, ...] = RUSHES

    @property
    def each(self) -> int:
        return max(1, self.acts // CLIENTS)


@dataclass(frozen=True)
class Outcome:
    stories: list[Story]
    problems: list[str]


def run(plan: Plan, tell: Tell = lambda _done: None) -> Outcome:
    """Let the clients loose on the current connection's database, and judge what they left."""
    entered = world.made(max(LIMIT_KG_MIN, plan.acts * LIMIT_KG_EACH))
    directory = Path(tempfile.mkdtemp(prefix="portal-torture-"))
    try:
        died = _loose(plan, entered, directory, tell)
        _drain()
        stories = journal.read(directory)
        return Outcome(stories, [*died, *verdict.problems(stories)])
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _loose(plan: Plan, entered: World, directory: Path, tell: Tell) -> list[str]:
    processes = multiprocessing.get_context("fork")
    meeting = Meeting(processes)
    connections.close_all()  # no two processes share one
    clients = [
        processes.Process(target=_client, args=(plan, number, entered, meeting, directory))
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        while any(client.is_alive() for client in clients):
            tell(meeting.done.value)
            time.sleep(0.1)
    finally:
        for client in clients:
            client.kill()
            client.join()
    return [
        f"Client {number} ended with {client.exitcode}."
        for number, client in enumerate(clients)
        if client.exitcode
    ]


def _client(plan: Plan, number: int, entered: World, meeting: Meeting, directory: Path) -> None:
    luck = random.Random(f"{plan.seed} {number}")
    _work_as_the_portal()
    channel: Channel = Web(entered, plan.port, luck) if plan.port else Verbs(entered)
    notes = Journal(directory / f"{number}.journal")
    try:
        client = Client(
            number=number,
            acts=plan.each,
            rush_every=plan.rush_every,
            rushes=plan.rushes,
            world=entered,
            channel=channel,
            meeting=meeting,
            journal=notes,
            luck=luck,
        )
        client.run()
    except Exception:
        traceback.print_exc()
        meeting.barrier.abort()  # or the others would wait
        raise
    finally:
        connection.close()


def _work_as_the_portal() -> None:
    """Sign in as the portal's own processes do; connections may then be cut by one another."""
    address = urlsplit(os.environ["DATABASE_URL"])
    who = {"USER": address.username or "", "PASSWORD": address.password or ""}
    connection.settings_dict.update(who)


def _drain() -> None:
    """Evaluate all that is due; what a client that was cut off had leased is due again soon."""
    while Duty.objects.filter(parked_at=None, due_at__lte=clock.now()).exists():
        worker.work_off_duties(batches_max=BATCHES_MAX)
        clock.advance(LEASES_END)
