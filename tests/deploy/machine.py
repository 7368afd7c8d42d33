"""A Debian of its own in a directory: what README.md's lines are run on, word for word.

Paths lead into the directory, and commands that change a whole machine are stood in for: packages
are there, accounts are this one, and units are started as their files say, without systemd.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from launcher import accounts, ports
from launcher.environment import ROOT
from launcher.process import Process, Program
from launcher.progress import Report
from launcher.stores import throwaway, throwaway_ports

STANDS_IN = """#!/bin/sh
case $(basename "$0") in
  runuser) account=$2; shift 3
    if [ "$account" = postgres ]; then export PGHOST=127.0.0.1 PGUSER=postgres PGPORT={port}; fi
    exec "$@" ;;
  curl) for last; do :; done
    exec {python} -c "import sys, urllib.request as r
print(r.urlopen(sys.argv[1]).read())" "$last" ;;
  install) for last; do :; done; exec mkdir -p "$last" ;;
esac
"""
NAMES = ("apt-get", "useradd", "runuser", "curl", "install")
READY_WITHIN_S = 60


class Machine:
    """`run` takes one line of README.md."""

    def __init__(self, directory: Path, postgres_port: int, broker: str, bin_dir: Path) -> None:
        self.directory, self.postgres_port, self.broker = directory, postgres_port, broker
        self.web_port = ports.first_free(throwaway_ports())
        self.code = directory / "srv"
        self.services: dict[str, Process] = {}
        self.said = ""
        self.code.mkdir()
        for path in ROOT.iterdir():
            if path.name not in {".git", ".env", ".local"}:
                (self.code / path.name).symlink_to(path)
        (self.code / ".venv").unlink()
        stands_in = STANDS_IN.format(port=postgres_port, python=sys.executable)
        tools = directory / "bin"
        tools.mkdir()
        for name in NAMES:
            (tools / name).write_text(stands_in)
            (tools / name).chmod(0o755)
        self.environment = {
            "PATH": f"{tools}:{bin_dir}:/usr/bin:/bin",
            "PORTAL_SETTINGS": str(directory / "etc/portal"),
            "LC_ALL": "C.UTF-8",
        }
        for place in ("etc/systemd/system", "var/lib", "var/backups"):
            (directory / place).mkdir(parents=True)

    def run_block(self, lines: list[str]) -> None:
        """Run lines in one shell, as they are typed; systemctl's by themselves."""
        typed: list[str] = []
        for line in lines:
            here = self._here(line)
            if line.startswith("python3 -m venv"):
                (self.code / ".venv").symlink_to(Path(sys.prefix))
            elif line.startswith(".venv/bin/pip"):
                assert (self.code / shlex.split(line)[-1]).is_file()
            elif line.startswith("systemctl"):
                self._shell(typed)
                typed = [one for one in typed if one.startswith("cd ")]
                self._systemctl(*shlex.split(line)[1:])
            elif line.startswith("curl"):
                self._until_ready(here)
            else:
                typed.append(here)
                if line.startswith("python3 deploy/settings.py"):
                    self._shell(typed)
                    typed = [one for one in typed if one.startswith("cd ")]
                    self._adapt_settings()
        self._shell(typed)

    def stop(self) -> None:
        for process in self.services.values():
            process.stop()

    def _shell(self, lines: list[str]) -> None:
        script = "\n".join(["set -e", f"cd {self.code}", *lines])
        done = subprocess.run(
            ["bash", "-c", script],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said += done.stdout + done.stderr
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"

    def _here(self, line: str) -> str:
        for path in ("/etc/portal", "/etc/systemd/system", "/var/lib/portal", "/var/backups"):
            line = line.replace(path, f"{self.directory}{path}")
        line = line.replace("/srv/portal", str(self.code))
        return line.replace("127.0.0.1:8000", f"127.0.0.1:{self.web_port}")

    def _adapt_settings(self) -> None:
        """Where the servers of this machine are; and what the README says is to be filled in."""
        for path in (self.directory / "etc/portal").iterdir():
            text = self._here(path.read_text())
            text = text.replace("127.0.0.1:5432", f"127.0.0.1:{self.postgres_port}")
            text = text.replace("redis://127.0.0.1:6379/0", self.broker)
            path.write_text(text)

    def _systemctl(self, verb: str, *words: str) -> None:
        for name in (word for word in words if not word.startswith("--")):
            if verb in {"stop", "restart"}:
                self.services.pop(name).stop()
            if verb in {"enable", "start", "restart"}:
                self.services[name] = self._unit(name)
                self.services[name].start()

    def _unit(self, name: str) -> Process:
        text = self._here((self.directory / f"etc/systemd/system/{name}.service").read_text())
        told = [line.partition("=")[::2] for line in text.splitlines() if "=" in line]
        environment = dict(self.environment)
        for path in (value for key, value in told if key == "EnvironmentFile"):
            pairs = [line.split("=", 1) for line in Path(path).read_text().splitlines()]
            environment |= {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
        (command,) = (value for key, value in told if key == "ExecStart")
        for key, value in environment.items():
            command = command.replace(f"${{{key}}}", value)
        program = Program(name, shlex.split(command), cwd=self.code)
        return Process(program, environment, self.directory / f"{name}.log")

    def _until_ready(self, line: str) -> None:
        until = time.monotonic() + READY_WITHIN_S
        while subprocess.run(["bash", "-c", line], env=self.environment, check=False).returncode:
            assert time.monotonic() < until, self.services["portal-web"].log.read_text()  # type: ignore[union-attr]
            time.sleep(0.5)


@contextmanager
def machine(directory: Path) -> Iterator[Machine]:
    """A machine with a PostgreSQL whose superuser may sign in, and a broker; nothing else."""
    with ExitStack() as ending:
        stores = ending.enter_context(throwaway())
        account, bin_dir = accounts.server_account(), stores.postgres.bin_dir
        data = stores.home / "bare"
        data.mkdir(mode=0o700)
        if account:
            account.own(data)
        initdb = [bin_dir / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
        options = account.popen_options if account else {}
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        subprocess.run(
            initdb, check=True, cwd="/", env=environment, stdout=subprocess.DEVNULL, **options
        )
        port = ports.first_free(throwaway_ports())
        argv = [str(bin_dir / "postgres"), "-D", str(data), "-p", str(port), "-k", "", "-F"]
        argv += ["-c", "dynamic_shared_memory_type=mmap"]
        program = Program("bare", argv, signal.SIGINT, account=account, cwd=Path("/"))
        server = Process(program, environment, directory / "postgres.log")
        server.start()
        ending.callback(server.stop)
        with Report().step("Waiting for the server") as step:
            ready = [str(bin_dir / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
            step.wait_until(
                lambda: not subprocess.run(ready, check=False).returncode, within_s=READY_WITHIN_S
            )
        made = Machine(directory, port, stores.valkey.url, bin_dir)
        ending.callback(made.stop)
        yield made
