"""Wakes the worker when something is due. A lost ring costs at most the wait for a sweep.

One thread of each process talks to the broker, so that no request ever waits for it;
rings that come while it does are sent as one, afterwards.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from celery import current_app

WORK = "oversight.tasks.work"
ANSWER_S_MAX = 2  # how long to wait for a broker
PAUSE_S = 0.25  # between two rings: a busy counter does not flood the queue
RINGS_MAX = 20  # in the queue: one is enough for all that is due

log = structlog.get_logger("portal.bell")


def tell_worker() -> None:
    """Put the task `work` into the queue, over a fresh connection. Raises what the broker does.

    It has no expiry: that would take two machines whose clocks agree.
    """
    with current_app.connection_for_write(connect_timeout=ANSWER_S_MAX) as connection:
        connection.ensure_connection(max_retries=1, timeout=ANSWER_S_MAX)
        broker: Any = connection.default_channel  # Redis's has a client
        if broker.client.llen(current_app.conf.task_default_queue) < RINGS_MAX:
            current_app.send_task(WORK, connection=connection, retry=False)


class Bell:
    """Rings that come together are one. Nothing a ring meets is the caller's business."""

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._rung = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        self._rung.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._answer, name="bell", daemon=True)
                self._thread.start()

    def _answer(self) -> None:
        while self._rung.wait():
            self._rung.clear()
            try:
                self._notify()
            except Exception as error:  # whatever it is, the sweep makes up for it
                log.warning("bell_unheard", error=str(error))
            time.sleep(PAUSE_S)


bell = Bell(tell_worker)


def _own_bell() -> None:
    global bell  # noqa: PLW0603  # a thread does not survive a fork
    bell = Bell(tell_worker)


os.register_at_fork(after_in_child=_own_bell)


def ring() -> None:
    """Wake the worker, now or soon, if there is one. Returns at once; never fails."""
    try:
        bell.ring()
    except RuntimeError as error:  # no more threads, or the process is ending
        log.warning("bell_not_rung", error=str(error))
