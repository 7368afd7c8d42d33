"""`run.py manage`: Django's commands on the running servers, or on ones started for it."""

import signal
import subprocess
import sys
import time

from launcher import interrupts, state
from launcher.environment import (
    ROOT,
    check_broker,
    data_dir,
    is_embedded,
    load,
    wanted_port,
)
from launcher.portal import environment, prepare, python
from launcher.process import MARK, Program, spawn
from launcher.progress import Report
from launcher.state import Claim
from launcher.stores import ADDRESSES, Stores

DEFAULT_PORT = 8000
POLL_S = 0.2
KILLED = 128  # plus the signal's number, as a shell reports it


def manage(arguments: list[str]) -> int:
    """Run one command and return its exit code; the launcher's own output goes to stderr."""
    report, values = Report(sys.stderr, brief=True), load()
    check_broker(values)
    if not is_embedded(values):
        return call(arguments, environment(values, _port(values)))
    directory = data_dir(values)
    while (claim := state.try_claim(directory)) is None:
        with state.joining(directory) as running:
            if running:
                shared = running.environment
                addresses = {name: shared[name] for name in ADDRESSES if name in shared}
                return call(arguments, {**shared, **values, **addresses})
        interrupts.check()  # it is starting, or stopping
        time.sleep(POLL_S)
    return _with_own_servers(arguments, values, claim, report)


def _with_own_servers(
    arguments: list[str], values: dict[str, str], claim: Claim, report: Report
) -> int:
    """Run the servers during the command, and until those that joined it end."""
    claim.clear_leftovers(report)
    stores = Stores(claim.data_dir, report)
    try:
        stores.start()
        shared = environment(values, _port(values), stores) | {MARK: claim.launch}
        if not stores.is_prepared:
            prepare(report, shared, demo=False)
            stores.prepared.touch()
        claim.publish(shared)
        return call(arguments, shared)
    finally:
        claim.retract()
        claim.outwait_users()
        stores.stop()
        claim.release()


def _port(values: dict[str, str]) -> int:
    return wanted_port(values) or DEFAULT_PORT


def call(arguments: list[str], environment: dict[str, str]) -> int:
    """Run manage.py in the foreground and return its exit code."""
    argv = python(str(ROOT / "manage.py"), *arguments)
    program = Program("manage.py", argv, orphan_signal=signal.SIGTERM, cwd=None)
    popen = spawn(program, environment, stdin=None, new_session=False)
    while popen.poll() is None:
        try:
            popen.wait(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            if set(interrupts.received) - {signal.SIGINT}:  # the terminal sends that to both
                popen.terminate()
    return popen.returncode if popen.returncode >= 0 else KILLED - popen.returncode
