"""The four contenders: how each is prepared and started, and what its requests look like."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bench import cpu
from bench.cluster import database, run_sql
from bench.load import Run, post
from bench.world import KG, PRODUCTS, Act, Size
from launcher import ports
from launcher.environment import ROOT
from launcher.errors import CannotStart
from launcher.portal import python, without_owner
from launcher.process import Process, Program

PATHS = ("issue", "redeem")
NAMES = ("sql", "wsgi", "naive", "portal")
PORTS = range(8160, 8200)
STARTS_WITHIN_S = 60
MINIMAL = Path(__file__).with_name("minimal")
SETTINGS = "DJANGO_SETTINGS_MODULE"
taken: set[int] = set()


@dataclass
class Contender:
    """One of those who do the same work. `environment` is that of its processes."""

    name: str
    size: Size
    environment: Mapping[str, str]
    url: str = ""
    days_ago: int = 0  # since when its firms are registered
    process: Process | None = None
    port: int = 0
    world: Any = field(default_factory=dict)

    wsgi = ""  # the application that gunicorn serves; none where there is no web
    gunicorn = ()  # beside what gunicorn.conf.py sets, the same for all

    def prepare(self, url: str) -> None:
        """Make its tables and its firms in the database of this address."""
        raise NotImplementedError

    def issue(self, act: Act) -> Any:
        raise NotImplementedError

    def redeem(self, act: Act, issued: Any) -> Any:
        """The sale on what was answered to the same purchase's issue."""
        raise NotImplementedError

    def start(self) -> None:
        self.port = ports.first_free(port for port in PORTS if port not in taken)
        taken.add(self.port)
        bind = ("--bind", f"127.0.0.1:{self.port}")
        argv = python("-m", "gunicorn", self.wsgi, *bind, *self.gunicorn)
        log = Path(self.environment["PORTAL_DATA_DIR"], f"{self.name}.log")
        self.process = Process(Program(self.name, argv), without_owner(self.environment), log)
        self.process.start()

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    @property
    def server_s(self) -> float:
        """Processor seconds of its web server so far."""
        return cpu.tree_s(self.process.pid) if self.process else 0

    def requests(self, path: str, acts: list[Act], issued: list[Any]) -> list[Any]:
        if path == "issue":
            return [self.issue(act) for act in acts]
        return [self.redeem(act, answer) for act, answer in zip(acts, issued, strict=True)]

    @property
    def database(self) -> str:
        return urlsplit(self.url).path.strip("/")

    def drive(self, requests: list[Any], in_flight: int, per_s: float = 0) -> Run:
        """Send them all, from a process of their own; with `per_s` at no faster pace."""
        plan = {
            "port": self.port,
            "requests": requests,
            "in_flight": in_flight,
            "per_s": per_s,
        }
        return self._driven("bench.load", plan)

    def _driven(self, module: str, plan: dict[str, Any]) -> Run:
        answer = subprocess.run(
            python("-m", module),
            input=json.dumps(plan),
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return Run(**json.loads(answer.stdout))

    def run(self, *arguments: str, **also: str) -> str:
        """Run a Python program in the contender's environment; what it printed."""
        return subprocess.run(
            python(*arguments),
            env={**self.environment, **also},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def use(self, url: str) -> None:
        self.url = url
        self.environment = {**self.environment, "DATABASE_URL": url}


class Wsgi(Contender):
    wsgi = "bench.minimal.wsgi"

    def prepare(self, url: str) -> None:
        self.use(database(url, f"bench_{self.name}"))
        run_sql(self.url, (MINIMAL / "schema.sql").read_text())
        quotas = "INSERT INTO allowance SELECT number, 1e12 FROM generate_series(0, %s) number"
        run_sql(self.url, quotas, self.size.buyers * len(PRODUCTS) - 1)

    def issue(self, act: Act) -> Any:
        return post("/issue", self.asked(act))

    def redeem(self, act: Act, issued: Any) -> Any:
        return post("/redeem", self.sold(act))

    def asked(self, act: Act) -> dict[str, Any]:
        return {
            "code": f"{act.number:012d}",
            "buyer": act.buyer,
            "seller": act.vendor,
            "allowance": act.buyer * len(PRODUCTS) + act.product,
            "kg": KG,
        }

    def sold(self, act: Act) -> dict[str, Any]:
        code = f"{act.number:012d}"
        return {"code": code, "seller": act.vendor, "kg": KG, "plate": "ABC123"}


class Sql(Wsgi):
    """The same tables without a web: one transaction in several statements."""

    def start(self) -> None:
        """There is no server but PostgreSQL."""

    def issue(self, act: Act) -> Any:
        return {"verb": "issue", **self.asked(act)}

    def redeem(self, act: Act, issued: Any) -> Any:
        return {"verb": "redeem", **self.sold(act)}

    def drive(self, requests: list[Any], in_flight: int, per_s: float = 0) -> Run:
        plan = {"url": self.url, "requests": requests, "in_flight": in_flight}
        return self._driven("bench.minimal.clients", plan)


class Naive(Contender):
    wsgi = "bench.naive.wsgi"

    def prepare(self, url: str) -> None:
        self.environment = {**self.environment, SETTINGS: "bench.naive.settings"}
        self.use(database(url, "bench_naive"))
        self.run("-m", "django", "migrate", "-v", "0")
        count = self.size.buyers + self.size.vendors
        self.world = json.loads(self.run("-m", "bench.naive.populate", str(count)))

    def issue(self, act: Act) -> Any:
        body = {
            "seller": self.vendor(act)["id"],
            "precursor": PRODUCTS[act.product],
            "quantity_kg": KG,
        }
        return post("/authorizations/", body, self.token(self.world[act.buyer]))

    def redeem(self, act: Act, issued: Any) -> Any:
        body = {
            "sold_at": now(),
            "quantity_kg": KG,
            "plate": "ABC123",
            "invoice": f"F001-{act.number}",
        }
        path = f"/authorizations/{issued['code']}/sales/"
        return post(path, body, self.token(self.vendor(act)))

    def vendor(self, act: Act) -> dict[str, Any]:
        vendor: dict[str, Any] = self.world[self.size.buyers + act.vendor]
        return vendor

    @staticmethod
    def token(firm: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Token {firm['token']}"}


class Portal(Contender):
    wsgi = "config.wsgi"

    def prepare(self, url: str) -> None:
        """Enter the firms; the database has been migrated, as the launcher does it.

        It works under the application's role, as always; the others own their tables.
        """
        self.environment = {**self.environment, SETTINGS: "config.settings"}
        role = urlsplit(self.environment["DATABASE_URL"])
        self.use(url)
        address = urlunsplit(role._replace(path=urlsplit(url).path))
        self.environment = {**self.environment, "DATABASE_URL": address}
        numbers = map(str, (self.size.buyers, self.size.vendors, self.days_ago))
        demo = {"DEMO_MODE": "on"} if self.days_ago else {}  # or the clock is not to be moved
        self.world = json.loads(self.run("-m", "bench.full.populate", *numbers, **demo))

    def issue(self, act: Act) -> Any:
        buyer = self.world["buyers"][act.buyer]
        body = {
            "seller": self.world["vendors"][act.vendor]["tax_id"],
            "product": PRODUCTS[act.product],
            "quantity": {"value": KG, "unit": "kg"},
            "destination_site": buyer["site"],
        }
        return post("/api/v1/authorizations", body, self.signed(buyer, f"issue-{act.number}"))

    def redeem(self, act: Act, issued: Any) -> Any:
        vendor = self.world["vendors"][act.vendor]
        body = {
            "sold_at": now(),
            "quantity": {"value": KG, "unit": "kg"},
            "site": vendor["site"],
            "vehicle": {"plate": self.world["buyers"][act.buyer]["plate"]},
            "driver": {"document": "12345678", "license": "Q12345678"},
            "invoice": f"F001-{act.number}",
            "guide": f"T001-{act.number}",
        }
        path = f"/api/v1/authorizations/{issued['code']}/sales"
        return post(path, body, self.signed(vendor, f"sale-{act.number}"))

    @staticmethod
    def signed(firm: dict[str, str], key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {firm['key']}", "Idempotency-Key": key}


def now() -> str:
    return datetime.now(UTC).isoformat()


def contenders(
    environment: Mapping[str, str], size: Size, *, hot: bool = False
) -> list[Contender]:
    """All four, from the leanest. `environment` is the portal's own.

    Hot: all purchases are booked on one row. That is one buyer's quota; in the portal, whose
    buyers may have few codes open at a time, it is one vendor's.
    """
    others = Size(buyers=1, vendors=1, products=1) if hot else size
    own = replace(size, vendors=1, products=1) if hot else size
    return [
        Sql("sql", others, environment),
        Wsgi("wsgi", others, environment),
        Naive("naive", others, environment),
        Portal("portal", own, environment),
    ]


@contextmanager
def running(all_of_them: list[Contender], url: str) -> Iterator[None]:
    """Prepare and start them all; the portal's database has been migrated."""
    with ExitStack() as stack:
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(lambda contender: contender.prepare(url), all_of_them))
        for contender in all_of_them:
            stack.callback(contender.stop)
            contender.start()
        for contender in all_of_them:
            wait_for(contender)
        yield


def wait_for(contender: Contender) -> None:
    """Until its server takes connections. Raises CannotStart."""
    until = time.monotonic() + STARTS_WITHIN_S
    while contender.process and ports.is_free(contender.port):
        if not contender.process.alive or time.monotonic() > until:
            raise CannotStart(f"The contender {contender.name} did not start.")
        time.sleep(0.05)
