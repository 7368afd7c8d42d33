"""The demo world: whether it is there, how it is made, and how it is taken away."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings
from django.db import transaction

from authorizations.rulesets import current_ruleset
from demo import firms, judging, loading, numbers, past, people
from demo.book import Book
from demo.firms import Cast, Firm, Line
from demo.mishaps import MISHAPS, going_wrong
from demo.paper import Order
from demo.scenery import PURPOSES
from demo.stories import STAYS, Plot, Stage, Story, plain
from registry import clock, operations, proposals
from registry.models import ClockOffset, Jurisdiction, Organization, Proposal, User

SEED = "precursors"
WORKING_DAYS_A_MONTH = 21
MISHAP_EVERY = 50  # one in so many purchases goes wrong
Tell = Callable[[str, float], None]  # what is being done, and which share of all is


@dataclass(frozen=True)
class Size:
    """How much is invented."""

    months: int = 12
    firms: int = 40
    purchases_a_month: int = 300


# The last days, as (days ago, what happens): the officers' queue, the counter, the requests.
SCENES = (
    (0.40, "counter"),
    (0.80, "counter"),
    (1.20, "counter"),
    (0.08, "pending"),
    (0.35, "pending"),
    (0.90, "pending"),
    (1.70, "pending"),
    (0.30, "quantity_exceeded"),
    (0.55, "vehicle_mismatch"),
    (1.10, "sold_without_code"),
    (1.60, "receipt_difference"),
    (2.20, "quantity_exceeded"),
    (2.70, "duplicate_document"),
    (3.20, "correction_after_receipt"),
    (3.90, "site_mismatch"),
    (4.40, "decimal_slip"),
    (4.90, "sold_after_cancel"),
    (5.30, "wrong_product"),
    (5.80, "receipt_missing"),
    (6.30, "quantity_exceeded"),
    (7.10, "weight_arithmetic"),
    (7.60, "sold_before_issue"),
    (8.20, "sold_after_expiry"),
)
SCENES_PACE = 0.15
# Of the buyer whom a visitor can be: a receipt due in two days, and an open code.
OWN_SCENES = ((3.2, "sold", "0.75"), (0.8, "issued", "0.5"))
OWN_EVERY_DAYS, OWN_UNTIL_DAYS = 5, 12
PENDING_TIMES = Decimal("4.5")  # the usual quantity: more than is issued without an officer


def is_there() -> bool:
    return people.find("buyer") is not None


def strangers() -> bool:
    """Whether any firm is not of the demo's block."""
    return Organization.objects.exclude(tax_id__startswith=numbers.BLOCK).exists()


@transaction.atomic
def make(size: Size, *, now: datetime | None = None, tell: Tell) -> None:
    """Invent the firms and their year, load it, judge it, and review what was found.

    Made for another moment (`now`; None: for this one) it is another world, also in its order.
    """
    jurisdiction = Jurisdiction.objects.get(code=settings.DEFAULT_JURISDICTION)
    ClockOffset.objects.all().delete()
    now = now or clock.now()
    days = _working_days(jurisdiction, now, size.months)
    begins = _morning(days[0], jurisdiction) - timedelta(days=10)
    past.go_to(begins)
    officers = [people.enter(key, jurisdiction) for key in people.OFFICERS]
    people.enter("inspector", jurisdiction)
    cast = firms.enter(
        size.firms,
        officers=officers,
        first_day=days[0],
        report=lambda done: tell("firms", 0.15 * done / size.firms),
    )
    book = Book(jurisdiction, current_ruleset(jurisdiction))
    _suspend(cast, begins, now)
    stage = Stage(book, cast)
    _act(stage, _stories(stage, days, now, size), until=now - timedelta(minutes=1), tell=tell)
    loading.load(book, now=now, tell=tell)
    judging.judge(book, tell=tell)
    judging.review(cast, jurisdiction, now=now, tell=tell)
    _propose(cast, now)
    ClockOffset.objects.all().delete()
    tell("done", 1)


def complete_officers() -> None:
    """Let officers join whom a world of an earlier version lacks."""
    jurisdiction = Jurisdiction.objects.get(code=settings.DEFAULT_JURISDICTION)
    there = set(User.objects.filter(email__endswith=people.DOMAIN).values_list("email", flat=True))
    for key in people.OFFICERS:
        if people.PARTS[key].email(key) not in there:
            people.enter(key, jurisdiction)


def clear() -> None:
    """Empty the tables of everything but the catalogue and the jurisdictions; for ever."""
    loading.empty()


def _working_days(jurisdiction: Jurisdiction, now: datetime, months: int) -> list[date]:
    """So many months of Mondays to Fridays, up to yesterday."""
    today = now.astimezone(jurisdiction.zone).date()
    past_days = (today - timedelta(days=n) for n in itertools.count(1))
    weekdays = (day for day in past_days if day.weekday() < 5)
    return list(itertools.islice(weekdays, months * WORKING_DAYS_A_MONTH))[::-1]


def _morning(day: date, jurisdiction: Jurisdiction) -> datetime:
    return datetime.combine(day, time(8), jurisdiction.zone)


def _suspend(cast: Cast, begins: datetime, now: datetime) -> None:
    """One license was suspended for a while; another is, and somebody wants it back."""
    first, second, *_others = cast.officers
    if len(cast.buyers) < 6:
        return
    then, now_suspended = cast.buyers[3], cast.buyers[5]
    start = begins + (now - begins) * 0.6
    end = start + timedelta(days=9)
    past.go_to(start)
    operations.suspend_license(then.license, reason="Inventario sin presentar.", by=first)
    past.go_to(end - timedelta(days=1))
    proposal = operations.propose_reinstatement(
        then.license, reason="Presentó su inventario.", by=first
    )
    past.go_to(end)
    assert isinstance(proposal, Proposal)
    proposals.approve(proposal, by=second)
    then.suspended.append((start, end + timedelta(minutes=1)))
    start = now - timedelta(days=12)
    past.go_to(start)
    operations.suspend_license(
        now_suspended.license, reason="Almacén distinto del declarado.", by=second
    )
    now_suspended.suspended.append((start, now))


def _propose(cast: Cast, now: datetime) -> None:
    """What waits for a second officer's approval."""
    first = cast.officers[0]
    if len(cast.buyers) < 6:
        return
    past.go_to(now - timedelta(days=1, hours=3))
    operations.propose_reinstatement(
        cast.buyers[5].license, reason="El almacén fue inspeccionado y registrado.", by=first
    )
    firm = cast.buyers[2]
    permit = next(iter(firm.permits.values()))
    past.go_to(now - timedelta(hours=20))
    operations.grant_permit(
        license=firm.license,
        precursor=permit.precursor,
        activity=permit.activity,
        limit=firm.lines[0].limit(Decimal(20)),
        period=permit.period,
        automatic_limit=firm.lines[0].limit(firms.BUYS_PER_WEEK_MAX),
        by=first,
    )


# What happens ------------------------------------------------------------------------------------


def _act(stage: Stage, stories: list[Story], *, until: datetime, tell: Tell) -> None:
    """Let all stories act in the order of time; what is later than now has not happened yet."""
    turns = itertools.count()
    waiting = [(next(story), next(turns), story) for story in stories]
    heapq.heapify(waiting)
    begins = waiting[0][0]
    while waiting and waiting[0][0] <= until:
        at, number, story = heapq.heappop(waiting)
        following = next(story, None)
        if following is not None:
            heapq.heappush(waiting, (max(at, following), next(turns), story))
        for begun in stage.take_spawned():
            heapq.heappush(waiting, (next(begun), next(turns), begun))
        if number % 1000 == 0:
            tell("trade", 0.15 + 0.2 * max(0.0, (at - begins) / (until - begins)))


def _stories(stage: Stage, days: list[date], now: datetime, size: Size) -> list[Story]:
    return [
        *_usual(stage, days, size),
        *_own(stage, days, now),
        *_scenes(stage, now),
    ]


def _usual(stage: Stage, days: list[date], size: Size) -> Iterator[Story]:
    """Purchases spread over the days, every fiftieth of which goes wrong."""
    count = size.months * size.purchases_a_month
    kinds = list(MISHAPS)
    for n in range(count):
        rng = Random(f"{SEED} {n}")
        day = days[int((n + rng.random()) / count * len(days))]
        buyer = rng.choice(stage.cast.buyers[1:])
        at = _morning(day, buyer.actor.jurisdiction) + timedelta(hours=rng.uniform(0, 9.5))
        plot = _plot(stage, buyer, rng.choice(buyer.lines), at, rng)
        wrong = n % MISHAP_EVERY == MISHAP_EVERY - 13
        story = going_wrong(kinds[n // MISHAP_EVERY % len(kinds)]) if wrong else plain
        yield story(stage, plot)


def _own(stage: Stage, days: list[date], now: datetime) -> Iterator[Story]:
    """The visitor's buyer buys of the visitor's vendor: all in order, so that it may go on."""
    buyer, vendor = stage.cast.buyers[0], stage.cast.vendors[0]
    until = (now - timedelta(days=OWN_UNTIL_DAYS)).date()
    for day in [day for day in days if day <= until][::OWN_EVERY_DAYS]:
        rng = Random(f"{SEED} own {len(days) - days.index(day)}")
        at = _morning(day, buyer.actor.jurisdiction) + timedelta(hours=rng.uniform(0, 9))
        plot = _plot(stage, buyer, rng.choice(buyer.lines), at, rng, seller=vendor)
        yield plain(stage, plot)
    for ago, name, times in OWN_SCENES:
        rng = Random(f"{SEED} own {name}")
        at = now - timedelta(days=ago)
        amount = Decimal(times)
        plot = _plot(
            stage, buyer, buyer.lines[0], at, rng, seller=vendor, times=amount, pace=SCENES_PACE
        )
        yield STAYS[name](stage, plot)


def _scenes(stage: Stage, now: datetime) -> Iterator[Story]:
    others = [firm for n, firm in enumerate(stage.cast.buyers) if n not in {0, 5}]
    Random(f"{SEED} scenes").shuffle(others)
    for n, (ago, name) in enumerate(SCENES):
        rng = Random(f"{SEED} scene {n}")
        buyer = others[n % len(others)]
        line = buyer.lines[0]
        vendor = stage.cast.vendors[0]
        own = name in STAYS and line.product.precursor_id in vendor.permits
        times = PENDING_TIMES if name == "pending" else Decimal(1)
        at = now - timedelta(days=ago)
        seller = vendor if own else None
        plot = _plot(stage, buyer, line, at, rng, seller=seller, times=times, pace=SCENES_PACE)
        yield STAYS[name](stage, plot) if name in STAYS else going_wrong(name)(stage, plot)


def _plot(
    stage: Stage,
    buyer: Firm,
    line: Line,
    at: datetime,
    rng: Random,
    *,
    seller: Firm | None = None,
    times: Decimal | None = None,
    pace: float = 1.0,
) -> Plot:
    precursor_id = line.product.precursor_id
    order = Order(
        buyer=buyer,
        seller=seller or rng.choice(stage.cast.vendors_of(precursor_id)),
        product=line.product,
        quantity=line.amount(times or Decimal(rng.randint(60, 150)) / 100),
        vehicle=rng.choice([*buyer.vehicles, None]) if pace == 1 else buyer.vehicles[0],
        purpose=rng.choice(PURPOSES),
    )
    return Plot(order=order, at=at, rng=rng, pace=pace)
