"""`python3 run.py torture`: many seeds through the verbs and over HTTP, then all the faults."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from launcher import interrupts, portal, ports
from launcher.environment import ROOT
from launcher.errors import CannotStart, Stopped
from launcher.process import Process
from launcher.progress import Report
from launcher.state import SHARED
from launcher.stores import throwaway, throwaway_ports

THROUGH = ("verbs", "http")
ACTS = 10_000
SEED_MAX = 10**6
BAR = 24
STARTS_WITHIN_S = 60
INTERRUPTED = 130
NO_TESTS = 5  # as pytest says it
# What would stop most requests is out of the way; the clock moves, so it is a demo.
ROOMY = {"DEMO_MODE": "on", "OPEN_CODES_MAX": "100000", "RECEIPT_DUE_DAYS": "3650"}


def main() -> int:
    options, surroundings = _options(), dict(os.environ)
    interrupts.install()
    report = Report(sys.stdout)
    try:
        failed = _seeds(options, report)
        if options.seed is not None:
            return 1 if failed else 0
        return 0 if _faults_pass(report, surroundings) and not failed else 1
    except Stopped:
        return INTERRUPTED
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py torture", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many, drawn by lot")
    parser.add_argument("--seed", type=int, help="this one alone, and no faults")
    parser.add_argument("--acts", type=int, default=ACTS, help="of all clients, for each seed")
    parser.add_argument("--through", choices=THROUGH, help="only this way")
    return parser.parse_args()


def _seeds(options: argparse.Namespace, report: Report) -> list[int]:
    """Run them all, and tell of each that failed how to see it again."""
    drawn = [random.randrange(SEED_MAX) for _each in range(options.seeds)]
    seeds = [options.seed] if options.seed is not None else drawn
    ways = [options.through] if options.through else THROUGH
    failed = []
    with _ground(report):
        for place, seed in enumerate(seeds, 1):
            for way in ways:
                label = f"Seed {seed} ({place} of {len(seeds)}), {way}"
                if not _is_clean(seed, options.acts, way, label, report):
                    failed.append(seed)
                    again = f"--seed {seed} --through {way} --acts {options.acts}"
                    report.say(f"Again: python3 run.py torture {again}")
    return failed


@contextmanager
def _ground(report: Report) -> Iterator[None]:
    """Servers with a database that is ready to be copied, and Django at work on it."""
    with throwaway() as stores, tempfile.TemporaryDirectory(prefix="portal-torture-") as directory:
        given = {name: value for name, value in os.environ.items() if name not in SHARED}
        given |= {**ROOMY, "PORTAL_DATA_DIR": directory, "LOG_FORMAT": "json"}
        os.environ.clear()
        os.environ.update(portal.environment(given, ports.first_free(throwaway_ports()), stores))
        portal.prepare(report, os.environ, demo=False)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django  # the settings read the addresses above

        django.setup()
        yield


def _is_clean(seed: int, acts: int, way: str, label: str, report: Report) -> bool:
    from tests.torture.seed import Plan, run

    with ExitStack() as ending:
        database = ending.enter_context(_database(f"torture_{seed}"))
        step = ending.enter_context(report.step(label))
        port = ending.enter_context(_web(database)) if way == "http" else 0
        problems = run(Plan(seed, acts, port), lambda done: step.tick(_bar(done, acts))).problems
    for problem in problems:
        report.say(f"  {problem}")
    return not problems


def _bar(done: int, of: int) -> str:
    full = min(BAR, BAR * done // of)
    return f"[{'#' * full}{'.' * (BAR - full)}] {100 * done // of} %"


@contextmanager
def _database(name: str) -> Iterator[str]:
    """A copy of the prepared database, for the time of one seed."""
    from django.conf import settings
    from django.db import connection

    from tests import roles

    original = settings.DATABASES["default"]["NAME"]
    roles.work_as_application()
    roles.copy(original, name)
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = original
        roles.drop(name)


@contextmanager
def _web(database: str) -> Iterator[int]:
    """Web and worker on this database; gives the web's port."""
    port = ports.first_free(throwaway_ports())
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    values = portal.without_owner({**os.environ, "DATABASE_URL": f"{address}/{database}"})
    directory = Path(values["PORTAL_DATA_DIR"])
    with ExitStack() as ending:
        for program in portal.programs(port):
            process = Process(program, values, directory / f"{program.name}.log")
            ending.callback(process.stop)
            process.start()
        _wait_for_answers(port)
        yield port


def _wait_for_answers(port: int) -> None:
    step = Report().step("Starting the portal")
    with step as waiting:
        if not waiting.wait_until(lambda: portal.answers(port), within_s=STARTS_WITHIN_S):
            raise CannotStart("The web does not answer.")


def _faults_pass(report: Report, surroundings: dict[str, str]) -> bool:
    """All faults, the long ones too; they start servers of their own."""
    report.say("Faults:")
    others = {name: value for name, value in surroundings.items() if name not in SHARED}
    argv = portal.python("-m", "pytest", "tests/faults", "-m", "long or not long", "-q")
    return subprocess.run(argv, cwd=ROOT, env=others, check=False).returncode in (0, NO_TESTS)


if __name__ == "__main__":
    sys.exit(main())
