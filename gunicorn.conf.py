"""How the web runs; only the address is given on the command line."""

import ctypes
import os
import resource
import signal
import sys
from typing import Any

from gunicorn import util

PR_SET_PDEATHSIG = 1

worker_class = "config.web_worker.BufferingWorker"  # its limits for slow clients stand there
workers = 2
threads = 8
worker_connections = 1000  # of each worker; beyond it those that wait the longest are closed
sendfile = False  # the worker sends
timeout = 30
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True


def post_fork(_server: Any, worker: Any) -> None:
    """End with the master, however it ends: an orphan would keep the port from the next one.

    Before the portal is loaded, which takes seconds: the master may end in them, too.
    """
    _allow_files(2 * worker_connections)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != worker.ppid:  # it ended in between
            os._exit(1)


def _allow_files(number: int) -> None:
    """Let it have a file for each connection, as far as this machine permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _write_problem(*answer: Any) -> None:
    """Answer what cannot be read as a request: with a problem, not with gunicorn's page."""
    from config.unreadable import write_problem  # when Django has been set up

    write_problem(*answer)


util.write_error = _write_problem
