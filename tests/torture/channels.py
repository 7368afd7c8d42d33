"""The two ways to act: by calling the verbs, and over HTTP.

A channel raises Refused for what had no effect, Unknown where it cannot tell, and anything else
only for what is wrong.
"""

import http.client
import json
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from authorizations import operations
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from oversight import worker
from pages.once import once_per_form
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import quantity
from registry import operations as registry
from registry import proposals
from registry.actors import Actor
from registry.models import License, Organization, Proposal, Site
from registry.models.proposals import ProposalState
from tests.torture.acts import Act
from tests.torture.world import World

T = TypeVar("T")
PATIENCE_S = 60
IMPATIENT = 0.01  # of so many requests the client hangs up before the answer
DEADLOCK = "40P01"
CUT_OFF = (OperationalError, InterfaceError)
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
ORDER BY random() LIMIT 1
"""


class Unknown(Exception):
    """Whether it had an effect cannot be told. The same key again will tell."""


class Channel(Protocol):
    def do(self, act: Act, key: str) -> str:
        """Act once for this key; give the id of what it made. Raises Refused, Unknown."""
        ...


def steadily(read: Callable[[], T]) -> T:
    """Do what is no act, again where the connection was cut."""
    try:
        return read()
    except CUT_OFF:
        connection.close()
        return steadily(read)


class Verbs:
    """Calls the verbs, each in the transaction of its key."""

    def __init__(self, world: World) -> None:
        self.world = world

    def do(self, act: Act, key: str) -> str:
        by = self.world.parties[act.by].actor
        try:
            if act.verb in PLAIN:
                return PLAIN[act.verb](act, by)
            form, token = f"torture {act.verb}", UUID(key)
            return once_per_form(
                form=form, token=token, act=lambda: KEYED[act.verb](act, by), by=by
            )[0]
        except CUT_OFF as error:
            if getattr(error.__cause__, "pgcode", None) == DEADLOCK:
                raise
            connection.close()
            raise Unknown(str(error)) from error


def _code(act: Act) -> Authorization:
    return Authorization.objects.get(code=act.target)


def _sale(act: Act) -> Sale:
    return Sale.objects.select_related("authorization", "root").get(uuid=act.target)


def _report(act: Act) -> SaleReport:
    told = act.values
    return SaleReport(
        sold_at=datetime.fromisoformat(told["sold_at"]),
        quantity=quantity(**told["quantity"]),
        site=Site.objects.get(uuid=told["site"]),
        plate=told["vehicle"],
        complete=told.get("complete", False),
    )


def _product(act: Act) -> Product:
    return Product.objects.get(code=act.values["product"], superseded_at=None)


def _firm(tax_id: str) -> Organization:
    return Organization.objects.select_related("jurisdiction").get(tax_id=tax_id)


def _request(act: Act, by: Actor) -> Authorization:
    return operations.request(
        seller=_firm(act.values["seller"]),
        product=_product(act),
        quantity=quantity(**act.values["quantity"]),
        destination_site=Site.objects.get(uuid=act.values["destination_site"]),
        by=by,
    )


def _uncoded(act: Act, by: Actor) -> Sale:
    buyer = _firm(act.values["buyer"])
    reason = act.values["reason"]
    return operations.record_uncoded_sale(
        _report(act), buyer=buyer, product=_product(act), reason=reason, by=by
    )


def _receipt(act: Act, by: Actor) -> Sale:
    told = act.values
    sale = _sale(act)
    operations.confirm_receipt(
        sale,
        received_at=datetime.fromisoformat(told["received_at"]),
        quantity=told["quantity"] and quantity(**told["quantity"]),
        outcome=told["outcome"],
        by=by,
    )
    return sale


def _agree(act: Act, by: Actor) -> Sale:
    return operations.agree(_sale(act), reason=act.values["reason"], by=by).sale


def _correction(act: Act, by: Actor) -> Sale:
    return operations.correct_sale(_sale(act), _report(act), reason=act.values["reason"], by=by)


def _decision(verb: Callable[..., Authorization]) -> Callable[[Act, Actor], Authorization]:
    return lambda act, by: verb(_code(act), **act.values, by=by)


KEYED: dict[str, Callable[[Act, Actor], Authorization | Sale]] = {
    "request": _request,
    "sale": lambda act, by: operations.record_sale(_code(act), _report(act), by=by),
    "uncoded": _uncoded,
    "correction": _correction,
    "void": lambda act, by: operations.void_sale(_sale(act), **act.values, by=by),
    "receipt": _receipt,
    "agree": _agree,
    **{
        name: _decision(getattr(operations, name))
        for name in ("issue", "refuse", "revoke", "release", "cancel", "not_sold")
    },
}


def _expire(act: Act, by: Actor) -> str:
    return str(operations.expire(_code(act), by=by).uuid)


def _look_up(act: Act, by: Actor) -> str:
    return str(operations.look_up(act.target, by=by).uuid)


def _suspend(act: Act, by: Actor) -> str:
    license = License.objects.get(number=act.target)
    return str(registry.suspend_license(license, **act.values, by=by).uuid)


def _reinstate(act: Act, by: Actor) -> str:
    """Propose it, or agree to the other officer's proposal."""
    license = License.objects.get(number=act.target)
    waiting = Proposal.objects.filter(
        act="license.reinstate", subject_id=license.pk, state=ProposalState.PROPOSED
    )
    proposal = waiting.exclude(proposed_by=by.user).first()
    if proposal:
        return str(proposals.approve(proposal, by=by).uuid)
    return str(registry.propose_reinstatement(license, **act.values, by=by).uuid)


def _work(act: Act, by: Actor) -> str:
    return str(worker.work_off_duties(batches_max=1))


def _cut(act: Act, by: Actor) -> str:
    """End somebody's connection to the database, whatever it is doing."""
    with connection.cursor() as cursor:
        cursor.execute(CUT)
    return ""


# Whose repetition changes nothing: they need no key.
PLAIN: dict[str, Callable[[Act, Actor], str]] = {
    "expire": _expire,
    "look_up": _look_up,
    "suspend": _suspend,
    "reinstate": _reinstate,
    "work": _work,
    "cut": _cut,
}

# Over HTTP --------------------------------------------------------------------------------------

PATHS = {
    "request": "/authorizations",
    "uncoded": "/sales",
    "sale": "/authorizations/{}/sales",
    "correction": "/sales/{}/correction",
    "void": "/sales/{}/void",
    "receipt": "/sales/{}/receipt",
    "agree": "/sales/{}/agree",
    "suspend": "/licenses/{}/suspend",
    "not_sold": "/authorizations/{}/not-sold",
    **{
        name: f"/authorizations/{{}}/{name}"
        for name in ("issue", "refuse", "revoke", "release", "cancel")
    },
}
NO_EFFECT = {400, 403, 404, 409, 422, 429}
NO_QUANTITY = {"value": "0", "unit": "kg"}


class Web:
    """Sends every act that has an endpoint to a web process; the others are called."""

    def __init__(self, world: World, port: int, luck: random.Random) -> None:
        self.world, self.port, self.luck = world, port, luck
        self.verbs = Verbs(world)

    def do(self, act: Act, key: str) -> str:
        if act.verb == "look_up":
            return self._told(self._send(act, "GET", f"/authorizations/{act.target}", None, key))
        if act.verb not in PATHS:
            return self.verbs.do(act, key)
        body = dict(act.values)
        if "quantity" in body and body["quantity"] is None:
            body["quantity"] = NO_QUANTITY
        path = PATHS[act.verb].format(act.target)
        return self._told(self._send(act, "POST", path, json.dumps(body), key))

    def _send(
        self, act: Act, method: str, path: str, body: str | None, key: str
    ) -> tuple[int, Any]:
        """Send it on a new connection; now and then hang up without waiting for the answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {
            "Host": "localhost",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Authorization": f"Bearer {self.world.parties[act.by].secret}",
        }
        try:
            line.request(method, f"/api/v1{path}", body, headers)
            if self.luck.random() < IMPATIENT:
                raise Unknown("hung up")
            response = line.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException) as error:
            raise Unknown(repr(error)) from error
        finally:
            line.close()

    @staticmethod
    def _told(answer: tuple[int, Any]) -> str:
        status, body = answer
        if status in (200, 201):
            return str(body.get("id") or body.get("code") or body.get("number"))
        if status == 503 or body.get("code") == "idempotency_in_progress":
            raise Unknown(f"{status} {body.get('code')}")
        if status in NO_EFFECT:
            raise Refused(f"{status} {body.get('code')}", str(body.get("detail")))
        raise AssertionError(f"{status} {body}")
