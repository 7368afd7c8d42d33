"""The portal as steps and processes. A new step or process is one line in its list."""

import hashlib
import http.client
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from launcher import accounts
from launcher.accounts import Account
from launcher.environment import ROOT, data_dir, is_demo
from launcher.errors import CannotStart
from launcher.process import Process, Program, run
from launcher.progress import Report
from launcher.stores import ADDRESSES, Stores
from launcher.supervisor import Supervisor

ANSWERS_WITHIN_S = 60
SERVER_ERROR = 500


@dataclass(frozen=True)
class Step:
    label: str
    command: tuple[str, ...]
    demo_only: bool = False


STEPS = (
    Step("Migrating the database", ("migrate", "--no-input")),
    Step("Loading the precursors", ("load_precursors",)),
    Step("Loading the jurisdictions", ("load_registry",)),
    Step("Inventing a year of trade", ("seed_demo",), demo_only=True),
)
COLLECT = Step("Collecting static files", ("collectstatic", "--no-input", "--ignore", "redoc"))


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def web(port: int) -> Program:
    return Program("web", python("-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"))


def celery(*arguments: str) -> tuple[str, ...]:
    quiet = ("-W", "ignore:You're running the worker")  # as root, on every start
    return python(*quiet, "-m", "celery", "-q", "-A", "config", *arguments, "-l", "WARNING")


def worker() -> Program:
    return Program("worker", celery("worker", "--concurrency", "2"))


def beat() -> Program:
    return Program("beat", celery("beat", "--pidfile="))


def without_owner(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a serving process's environment: without the role that could change the tables."""
    return {**environment, "MIGRATION_DATABASE_URL": ""}  # empty, and so not read from .env either


def programs(port: int, account: Account | None = None) -> list[Program]:
    """Return the processes in the order of starting; they are stopped in reverse."""
    return [replace(program, account=account) for program in (web(port), worker(), beat())]


def account_to_serve(report: Report, environment: Mapping[str, str]) -> Account | None:
    """Return whom web, worker and beat run as: nobody who may read what the owner may."""
    account = accounts.serving_account()
    if account is None:
        return None
    dotenv = ROOT / ".env"
    if environment.get("MIGRATION_DATABASE_URL") and accounts.close_to_others(dotenv):
        report.say(f"{dotenv} names the tables' owner: now only its own owner may read it.")
    if account.can_serve(ROOT, Path(environment["STATIC_ROOT"])):
        return account
    report.say(
        f"WARNING: the account {account.name} cannot read {ROOT} or the data, so web, worker and "
        "beat run as root. Keep both where every account may enter, such as /srv and /var/lib."
    )
    return None


def environment(values: dict[str, str], port: int, stores: Stores | None = None) -> dict[str, str]:
    """Return the environment of every process. `values` override it, except for the stores."""
    ours = {
        "DEMO_MODE": "on" if is_demo(values) else "off",
        "PUBLIC_URL": f"http://localhost:{port}",
        "STATIC_ROOT": str(data_dir(values) / "static"),
        "PYTHONUNBUFFERED": "1",
    }
    embedded = stores.environment if stores else {}
    addresses = {name: embedded[name] for name in ADDRESSES if name in embedded}
    return {**embedded, **ours, **values, **addresses, "PORT": str(port)}


def prepare(report: Report, environment: Mapping[str, str], *, demo: bool) -> None:
    """Bring the database and the static files up to date with the code. Raises CannotStart."""
    for step in STEPS:
        if not step.demo_only:
            _take(step, report, environment)
        elif demo:
            _try_step(step, report, environment)
    collected = Path(environment["STATIC_ROOT"], ".fingerprint")
    if not collected.is_file() or collected.read_text() != _fingerprint():
        _take(COLLECT, report, environment)
        collected.write_text(_fingerprint())


def _take(step: Step, report: Report, environment: Mapping[str, str]) -> None:
    run(report, Program(step.label, python("manage.py", *step.command)), environment)


def _try_step(step: Step, report: Report, environment: Mapping[str, str]) -> None:
    """Run a step that the portal can do without; report where it fails."""
    try:
        _take(step, report, environment)
    except CannotStart as reason:
        again = f"python3 run.py manage {' '.join(step.command)}"
        report.say(f"{reason}\nThe portal starts without its invented firms; try `{again}`.")


def _fingerprint() -> str:
    """A hash of the static files' sources: collecting takes seconds, so it is done on change."""
    files = [ROOT / "requirements.lock", *(ROOT / "config").glob("*.py")]
    files += [path for path in ROOT.glob("static/**/*") if path.is_file()]
    rows = [f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in sorted(files)]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def start_processes(supervisor: Supervisor, environment: Mapping[str, str], port: int) -> None:
    """Start web, worker and beat; return when the web answers. Raises CannotStart."""
    serving = without_owner(environment)
    account = account_to_serve(supervisor.report, environment)
    processes = [Process(program, serving) for program in programs(port, account)]
    for process in processes:
        supervisor.start(process)
    with supervisor.report.step("Starting web, worker and beat") as step:
        front = processes[0]
        step.wait_until(lambda: answers(port) or not front.alive, within_s=ANSWERS_WITHIN_S)
        if not front.alive:
            raise CannotStart("The web ended while it was starting; its last output is above.")
        if not answers(port):
            raise CannotStart(f"The web does not answer within {ANSWERS_WITHIN_S} seconds.")


def answers(port: int) -> bool:
    """Return whether the web process answers, whatever the state of the stores."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
