"""Firms that go on dealing while things break, and a journal of what they were told."""

import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from authorizations.models import Authorization, Sale
from tests.faults.api import Answer, Api, NoAnswer
from tests.faults.portal import Portal
from tests.faults.trade import Trade

SETTLED = {201, 409, 422}
TRIES_MAX = 100
PAUSE_S = 0.2  # of a program before it dials again


@dataclass
class Act:
    """One act of one program, repeated with its key until it is settled."""

    api: Api
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: secrets.token_hex(16))
    answers: list[Answer | None] = field(default_factory=list)  # None: the line was cut

    @property
    def acknowledged(self) -> list[Answer]:
        return [answer for answer in self.answers if answer and answer.status == 201]

    @property
    def is_settled(self) -> bool:
        return any(answer and answer.status in SETTLED for answer in self.answers)

    def send(self) -> Answer | None:
        try:
            answer = self.api.post(self.path, self.body, key=self.key)
        except NoAnswer:
            answer = None
        self.answers.append(answer)
        return answer


class Load:
    """Some counters, each asking for a code and selling all of it, over and over."""

    def __init__(self, trade: Trade, counters: int = 4) -> None:
        self.trade = trade
        self.journal: list[Act] = []  # appended to by all counters
        self.ending = threading.Event()
        self.counters = [
            threading.Thread(target=self._deal, name=f"counter {number}")
            for number in range(counters)
        ]

    @property
    def acknowledged(self) -> int:
        return sum(1 for act in list(self.journal) if act.acknowledged)

    @property
    def sales(self) -> list[str]:
        """The ids of the sales that were acknowledged."""
        found = (act.acknowledged for act in self.journal if "sold_at" in act.body)
        return [answers[0].body["id"] for answers in found if answers]

    @property
    def told(self) -> Counter[int | None]:
        """How often each status was answered; None counts lines that were cut."""
        return Counter(
            answer.status if answer else None for act in self.journal for answer in act.answers
        )

    @property
    def unavailable(self) -> list[Answer]:
        every = (answer for act in list(self.journal) for answer in list(act.answers))
        return [answer for answer in every if answer and answer.status == 503]

    @contextmanager
    def running(self) -> Iterator["Load"]:
        for counter in self.counters:
            counter.start()
        try:
            yield self
        finally:
            self.end()

    def end(self) -> None:
        """Let each counter finish what it is about."""
        self.ending.set()
        for counter in self.counters:
            counter.join()

    def goes_on(self, portal: Portal, *, acts: int = 1, within_s: float) -> None:
        """Wait until that many more acts are acknowledged."""
        goal = self.acknowledged + acts
        portal.until(lambda: self.acknowledged >= goal, within_s=within_s)

    def _deal(self) -> None:
        while not self.ending.is_set():
            asked = self._act(self.trade.buyer_api, "/authorizations", self.trade.request())
            if asked is None:
                continue
            path = f"/authorizations/{asked.body['code']}/sales"
            self._act(self.trade.vendor_api, path, self.trade.sale(complete=True))

    def _act(self, api: Api, path: str, body: dict[str, Any]) -> Answer | None:
        """Do it; where that fails, again with the same key until it is settled, or the end."""
        act = Act(api, path, body)
        self.journal.append(act)
        while not act.is_settled:
            answer = act.send()
            wait_s = answer.headers.get("Retry-After", 0) if answer else PAUSE_S
            if self.ending.wait(float(wait_s)):
                break
        return next(iter(act.acknowledged), None)

    def settle(self) -> None:
        """Repeat what is not settled, with the same keys: now all of it must be."""
        for act in self.journal:
            for _try in range(TRIES_MAX):
                if act.is_settled:
                    break
                act.send()
            assert act.is_settled, act

    def held(self) -> None:
        """Hold the database to the journal: what was acknowledged is there, and each act once."""
        connection.close()  # what became of the database it was led to, nobody knows
        self.settle()
        for act in self.journal:
            bodies = [answer.body for answer in [*act.acknowledged, act.send()] if answer]
            assert all(body == bodies[0] for body in bodies), act
        sold = [act for act in self.journal if "sold_at" in act.body]
        asked = [act for act in self.journal if "sold_at" not in act.body]
        codes = Authorization.objects.filter(buyer=self.trade.buyer.organization)
        sales = Sale.objects.filter(buyer=self.trade.buyer.organization)
        assert _of(asked, "code") == {row.code_in_fours for row in codes}
        assert _of(sold, "id") == {str(row.uuid) for row in sales}


def _of(acts: list[Act], name: str) -> set[str]:
    found = [act.acknowledged[0].body[name] for act in acts]
    assert len(set(found)) == len(found)
    return set(found)
