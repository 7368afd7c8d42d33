"""`python3 run.py bench`: the table of the two hot paths, or one of the other measurements."""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack

from bench.cluster import StatementLog
from bench.contenders import NAMES, PATHS, Portal, contenders, running
from bench.flags import flags
from bench.ground import ground
from bench.growing import SMALL, Grown, grow
from bench.profile import Profiled, profile
from bench.rounds import IN_FLIGHT, Bench
from bench.statements import counts
from bench.table import table
from bench.world import Size
from launcher import interrupts
from launcher.errors import CannotStart, Stopped
from launcher.progress import Report

ROUNDS = 7
ROUND_S = 3.0
BACKLOG = 50_000
FLAGS_DAYS, GROWTH_DAYS = 30, 420  # since when the firms are registered
INTERRUPTED = 130


def compare(options: argparse.Namespace, report: Report) -> None:
    """Print the table of the contenders."""
    with ground(report) as on:
        all_four = contenders(on.environment, Size(), hot=options.hot)
        chosen = [each for each in all_four if each.name in options.only]
        with running(chosen, on.url):
            bench = Bench(chosen, on.stores.postgres.pid, report)
            bench.warm_up(options.seconds)
            rounds = list(bench.rounds(options.rounds))
            log = StatementLog(on.stores)
            with report.step("Counting statements"), log.listening():
                counted = {each.name: counts(each, log, bench.begun[each.name]) for each in chosen}
        print(f"\n{on.described()}; {_terms(options)}.\n")
    print(table(rounds, counted))


def _terms(options: argparse.Namespace) -> str:
    row = ", one hot row" if options.hot else ""
    return f"{options.rounds} rounds, {IN_FLIGHT} requests in flight{row}"


def show_profile(options: argparse.Namespace, report: Report) -> None:
    """Print where the portal's time goes on one path."""
    with ground(report) as on:
        contender = Profiled("portal", Size(buyers=100, vendors=10), on.environment)
        with running([contender], on.url):
            print(profile(contender, options.profile, StatementLog(on.stores), report))


def show_flags(options: argparse.Namespace, report: Report) -> None:
    """Print whether evaluation keeps up."""
    with ground(report) as on:
        contender = Portal("portal", Size(), on.environment, days_ago=FLAGS_DAYS)
        with running([contender], on.url):
            print(f"\n{on.described()}\n\n{flags(contender, on, options.backlog)}")


def show_growth(options: argparse.Namespace, report: Report) -> None:
    """Print what requests cost beside 10,000 authorizations, and beside many more."""
    with ground(report) as on:
        both = [
            Grown(f"{total:,}", Size(), on.environment, days_ago=GROWTH_DAYS, total=total)
            for total in (SMALL, options.grow)
        ]
        with ExitStack() as stack:
            with report.step(f"Loading {SMALL:,} and {options.grow:,} authorizations"):
                stack.enter_context(running(both, on.url))
            print(f"\n{on.described()}\n\n{grow(both, on)}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=ROUND_S, help="of a round, roughly")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, help="fewer contenders")
    parser.add_argument("--hot", action="store_true", help="all on one quota's row")
    parser.add_argument("--profile", choices=PATHS, help="where the portal's time goes")
    parser.add_argument("--flags", action="store_true", help="whether evaluation keeps up")
    parser.add_argument("--backlog", type=int, default=BACKLOG, help="for --flags")
    parser.add_argument("--grow", type=int, metavar="N", help="costs at 10,000 and at N codes")
    options = parser.parse_args()
    interrupts.install()
    try:
        _chosen(options)(options, Report(sys.stderr))
    except Stopped:
        return INTERRUPTED
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def _chosen(options: argparse.Namespace) -> Callable[[argparse.Namespace, Report], None]:
    if options.profile:
        return show_profile
    if options.grow:
        return show_growth
    return show_flags if options.flags else compare


if __name__ == "__main__":
    sys.exit(main())
