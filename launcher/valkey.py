"""An embedded Valkey: it only wakes workers, so it keeps nothing on disk."""

import os
import re
import socket
from pathlib import Path

from launcher.accounts import Account
from launcher.process import Program
from launcher.progress import Report
from launcher.store import Store

ANSWER_BYTES = 65536


class Valkey(Store):
    name = "valkey"
    title = "Valkey"

    def __init__(
        self,
        home: Path,
        server: Path,
        password: str,
        *,
        account: Account | None,
        report: Report,
        candidates: range,
    ) -> None:
        super().__init__(home, account=account, report=report, candidates=candidates)
        self.server, self.password = server, password

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def program(self) -> Program:
        # By standard input: on the command line every account could read the password.
        return Program(
            self.name,
            [str(self.server), "-"],
            account=self.account,
            cwd=Path("/"),
            stdin=self._configuration(),
        )

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"port {self.port}",
                "bind 127.0.0.1",
                f"requirepass {self.password}",
                'save ""',
                "appendonly no",
                "maxmemory 256mb",
                "maxmemory-policy noeviction",
                "loglevel warning",
                "",
            ]
        )

    def environment(self) -> dict[str, str]:
        return {"PATH": os.defpath}

    def is_ready(self) -> bool:
        found = re.search(rb"process_id:(\d+)", self.ask("INFO server"))
        return found is not None and int(found[1]) == self.pid

    def ask(self, command: str) -> bytes:
        """Send one inline command and return the raw answer, empty when there is none."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\n{command}\r\nQUIT\r\n".encode())
                return b"".join(iter(lambda: connection.recv(ANSWER_BYTES), b""))
        except OSError:
            return b""
