"""What `run.py` can do: run the portal, its tests, its checks, and Django's own commands."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from launcher import interrupts, ports, state
from launcher.checks import check
from launcher.environment import (
    ROOT,
    check_broker,
    data_dir,
    is_demo,
    is_embedded,
    load,
    wanted_port,
)
from launcher.errors import CannotStart, Stopped, sentence_for
from launcher.manage import manage
from launcher.portal import environment, prepare, python, start_processes
from launcher.process import MARK
from launcher.progress import Report
from launcher.sbom import sbom
from launcher.stores import Stores
from launcher.supervisor import Supervisor

TEST_PROCESSES = "2"
BY_FILE = (
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
)  # servers that a file starts are started once
MISUSED = 2
INTERRUPTED = 130
USAGE = """\
python3 run.py                     run the portal; Ctrl-C stops it
python3 run.py test [arguments]    run the tests, with pytest's arguments
python3 run.py check               format, lint, types, imports, migrations, translations, settings
python3 run.py bench [options]     measure the two hot paths; --help lists the options
python3 run.py torture [options]   many clients at random, then faults; --help lists the options
python3 run.py sbom [file]         what it is made of, as CycloneDX
python3 run.py manage ...          a command of Django's manage.py\
"""


def up(arguments: list[str]) -> int:
    """Run the portal until Ctrl-C or SIGTERM."""
    report, values = Report(sys.stdout), load()
    check_broker(values)
    wanted, directory = wanted_port(values), data_dir(values)
    claim = state.claim(directory)
    supervisor = Supervisor(report)
    try:
        claim.clear_leftovers(report)
        _start(supervisor, values, ports.web_port(wanted), claim)
        supervisor.watch()
    except Stopped:
        report.say("Stopping.")
    finally:
        claim.retract()
        supervisor.stop()
        claim.release()
    return 0


def _start(supervisor: Supervisor, values: dict[str, str], port: int, claim: state.Claim) -> None:
    report, directory = supervisor.report, claim.data_dir
    stores = Stores(directory, report) if is_embedded(values) else None
    if stores and stores.home != directory:
        report.say(f"The database is kept in {stores.home}, where its account can reach it.")
    for store in stores.in_order if stores else []:
        supervisor.start(store)
    shared = environment(values, port, stores) | {MARK: claim.launch}
    prepare(report, shared, demo=is_demo(values))
    if stores:
        stores.prepared.touch()
    start_processes(supervisor, shared, port)
    claim.publish(shared, shared["PUBLIC_URL"])
    report.say(f"\nThe portal is ready: {shared['PUBLIC_URL']}")
    if is_demo(values):
        report.say("Demo mode: the buttons for signing in are on that page.")
    report.say("Ctrl-C stops everything.\n")


def test(arguments: list[str]) -> int:
    """Replace this process by pytest; its plugin tests/servers.py starts servers of its own."""
    _exec_module("pytest", "-n", TEST_PROCESSES, *BY_FILE, *arguments)


def bench(arguments: list[str]) -> int:
    """Replace this process by the benchmarks, which start servers of their own."""
    _exec_module("bench", *arguments)


def torture(arguments: list[str]) -> int:
    """Replace this process by the torture, which starts servers of its own."""
    _exec_module("tests.torture", *arguments)


def _exec_module(module: str, *arguments: str) -> NoReturn:
    others = {name: value for name, value in os.environ.items() if name not in state.SHARED}
    argv = python("-m", module, *arguments)
    os.chdir(ROOT)
    os.execve(argv[0], argv, others)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": up,
    "test": test,
    "check": check,
    "bench": bench,
    "torture": torture,
    "manage": manage,
    "sbom": sbom,
}


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code; failures are printed as a sentence."""
    name, *rest = arguments or ["up"]
    if name not in COMMANDS or (rest and name in {"up", "check"}):
        print(USAGE, file=sys.stderr)
        return 0 if name in {"help", "--help", "-h"} else MISUSED
    interrupts.install()
    try:
        return COMMANDS[name](rest)
    except Stopped:
        return INTERRUPTED
    except CannotStart as reason:
        print(reason, file=sys.stderr)
    except OSError as error:
        print(sentence_for(error), file=sys.stderr)
    return 1
