"""An embedded PostgreSQL: one directory, one port on loopback, three roles with passwords."""

import hashlib
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from launcher import binaries
from launcher.accounts import Account
from launcher.errors import CannotStart, not_ours
from launcher.process import Program, run
from launcher.progress import Report, Step
from launcher.store import Store

DYING_WITHIN_S = 30
STATUS_LINE = 7  # of postmaster.pid, from 0
BUILTIN_LOCALE_SINCE = 17
OWNER = DATABASE = "portal"  # owns and migrates the tables
APPLICATION = "portal_app"  # used by the portal: owns nothing
READER = "portal_reader"  # for reports
POWERS = {OWNER: "CREATEDB", APPLICATION: "NOCREATEDB", READER: "NOCREATEDB"}
STAMP = "portal.roles"  # a hash of the roles and passwords that the cluster was given
LOOPBACK_ONLY = "host all all 127.0.0.1/32 scram-sha-256\n"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is tiny in containers
    # Rows and statements hold codes and people's documents, which must not be in a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
}  # safe against a kill, not against a power cut


class Postgres(Store):
    """`durable=False` gives up safety against power cuts, for the speed of tests."""

    name = "postgres"
    title = "PostgreSQL"

    def __init__(
        self,
        home: Path,
        bin_dir: Path,
        passwords: Mapping[str, str],
        *,
        account: Account | None,
        report: Report,
        durable: bool,
        candidates: range,
    ) -> None:
        super().__init__(home, account=account, report=report, candidates=candidates)
        self.bin_dir, self.passwords, self.durable = bin_dir, passwords, durable
        self.data = home / "postgres"

    @property
    def url(self) -> str:
        """The address for the owning role."""
        return self.url_of(OWNER)

    def url_of(self, role: str) -> str:
        return f"postgres://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Create the cluster, roles and database, once; an interrupted creation is redone."""
        if (self.data / "PG_VERSION").exists():
            return self._refuse_others()
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account:
            self.account.own(fresh)
        self._run("Creating the database cluster", ["initdb", "-D", str(fresh), *self._initdb()])
        (fresh / "pg_hba.conf").write_text(LOOPBACK_ONLY)
        self._bootstrap(fresh)
        fresh.rename(self.data)

    def _refuse_others(self) -> None:
        """Raise CannotStart for a cluster that another account or version made."""
        if self.data.stat().st_uid != (self.account.uid if self.account else os.geteuid()):
            raise CannotStart(not_ours(self.data))
        have = (self.data / "PG_VERSION").read_text().strip()
        want = str(binaries.major_version(self.bin_dir))
        if have != want:
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {have}, this is {want}: dump it with the "
                "old version, or name another directory with PORTAL_DATA_DIR."
            )

    def _initdb(self) -> list[str]:
        # -A reject: nobody may sign in as the superuser; what needs one is done in _bootstrap.
        options = ["-U", "postgres", "-A", "reject", "-E", "UTF8", "--no-instructions"]
        if not self.durable:
            options.append("--no-sync")
        # Plain C would not find Ñ by ñ, and the wheel comes without ICU.
        if binaries.major_version(self.bin_dir) < BUILTIN_LOCALE_SINCE:
            return [*options, "--locale=C.UTF-8"]
        return [*options, "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    def _bootstrap(self, data: Path) -> None:
        """Make roles and database before the server accepts connections."""
        self._make_roles(data)
        self.command("Creating the database", [f"CREATE DATABASE {DATABASE} OWNER {OWNER}"], data)

    def amend(self) -> None:
        """Make roles that an earlier version did not have, and set passwords made anew."""
        stamp = self.data / STAMP
        if not stamp.is_file() or stamp.read_text() != self._stamp():
            self._make_roles(self.data)

    def _make_roles(self, data: Path) -> None:
        self.command("Making the database's roles", self._roles(), data)
        (data / STAMP).write_text(self._stamp())

    def command(self, label: str, statements: Sequence[str], data: Path | None = None) -> None:
        """Run statements of one line each as superuser, on a server that is stopped."""
        single = ["postgres", "--single", "-D", str(data or self.data), "postgres"]
        output = self._run(label, single, "\n".join([*statements, ""]))
        if "ERROR" in output or "FATAL" in output:
            raise CannotStart(f"The database could not be prepared.\n{output}")

    def _roles(self) -> list[str]:
        """Statements that may be run again."""
        missing = "IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}')"
        make = f"DO $$ BEGIN {missing} THEN CREATE ROLE {{0}}; END IF; END $$"
        return [
            *(make.format(role) for role in POWERS),
            *(
                f"ALTER ROLE {role} LOGIN {power} PASSWORD '{self.passwords[role]}'"
                for role, power in POWERS.items()
            ),
            f"GRANT {APPLICATION} TO {OWNER}",  # the owner may also act as the application
        ]

    def _stamp(self) -> str:
        return hashlib.sha256("\n".join(self._roles()).encode()).hexdigest()

    def _run(self, label: str, argv: list[str], stdin: str = "") -> str:
        command = [str(self.bin_dir / argv[0]), *argv[1:]]
        program = Program(label, command, account=self.account, cwd=Path("/"), stdin=stdin)
        return run(self.report, program, self.environment())

    def outlive_predecessor(self, step: Step) -> None:
        """Wait for a server that is still shutting down; remove the pid file of a killed one.

        A zombie, or another process with its old pid, would keep PostgreSQL from starting.
        """
        if not step.wait_until(lambda: not self._is_held(), within_s=DYING_WITHIN_S):
            raise CannotStart(f"Another PostgreSQL works in {self.data}: stop it first.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_held(self) -> bool:
        """Whether the process of the pid file is alive and uses this directory."""
        command = Path("/proc", self._pid_file()[0], "cmdline")
        try:
            return str(self.data).encode() in command.read_bytes().split(b"\0")
        except OSError:
            return False

    def program(self) -> Program:
        # SIGINT, from us and from the kernel: a fast shutdown ends sessions instead of waiting.
        argv = [str(self.bin_dir / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        settings = SETTINGS if self.durable else SETTINGS | THROWAWAY
        argv += [part for name in settings for part in ("-c", f"{name}={settings[name]}")]
        return Program(
            self.name,
            argv,
            stop_signal=signal.SIGINT,
            stop_within_s=30,
            orphan_signal=signal.SIGINT,
            account=self.account,
            cwd=Path("/"),
        )

    def environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    def is_ready(self) -> bool:
        lines = self._pid_file()
        ready = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
        return ready and lines[0] == str(self.pid)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines() or ["none"]
        except FileNotFoundError:
            return ["none"]
