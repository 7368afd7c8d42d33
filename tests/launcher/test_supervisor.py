import io

import pytest

from launcher import supervisor
from launcher.errors import CannotStart
from launcher.progress import Report
from launcher.supervisor import LONGEST_DELAY_S, Supervisor


class Service:
    """Lives and dies as the test says."""

    def __init__(self, name: str, diary: list[str]) -> None:
        self.name, self.diary = name, diary
        self.alive = False
        self.trouble: Exception | None = None

    def start(self) -> None:
        self.diary.append(f"start {self.name}")
        if self.trouble:
            raise self.trouble
        self.alive = True

    def stop(self) -> None:
        self.diary.append(f"stop {self.name}")
        self.alive = False

    def kill(self) -> None:
        self.diary.append(f"kill {self.name}")
        self.alive = False


class Time:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    pretended = Time()
    monkeypatch.setattr(supervisor, "time", pretended)
    return pretended


def restart_delay(looked_after: Supervisor, time: Time) -> float:
    """Look until a dead service is started again; return how long that took (s)."""
    died = time.now
    looked_after.look()
    while looked_after.watched[0].due is not None:
        time.now += 0.5
        looked_after.look()
    return time.now - died


def test_services_are_stopped_in_reverse() -> None:
    diary: list[str] = []
    all_of_them = Supervisor(Report())
    for name in ("postgres", "valkey", "web", "worker", "beat"):
        all_of_them.start(Service(name, diary))
    del diary[:]
    all_of_them.stop()
    assert diary == ["stop beat", "stop worker", "stop web", "stop valkey", "stop postgres"]


def test_a_dead_service_is_started_again_and_that_is_said(time: Time) -> None:
    said, web = io.StringIO(), Service("web", [])
    looked_after = Supervisor(Report(said))
    looked_after.start(web)
    web.alive = False
    assert restart_delay(looked_after, time) <= 1
    assert web.alive
    assert web.diary == ["start web", "kill web", "start web"]
    assert "web ended unexpectedly; it is started again in 1 s." in said.getvalue()


def test_a_living_service_is_left_alone(time: Time) -> None:
    web = Service("web", [])
    looked_after = Supervisor(Report())
    looked_after.start(web)
    looked_after.look()
    assert web.diary == ["start web"]


def test_restarts_come_slower_and_slower_up_to_a_bound(time: Time) -> None:
    web = Service("web", [])
    looked_after = Supervisor(Report())
    looked_after.start(web)
    delays = []
    for _ in range(9):
        web.alive = False
        delays.append(restart_delay(looked_after, time))
    assert delays == sorted(delays)
    assert delays[0] <= 1
    assert delays[-1] == LONGEST_DELAY_S


def test_a_service_that_ran_steadily_is_restarted_quickly(time: Time) -> None:
    web = Service("web", [])
    looked_after = Supervisor(Report())
    looked_after.start(web)
    for _ in range(9):
        web.alive = False
        restart_delay(looked_after, time)
    time.now += 61
    web.alive = False
    assert restart_delay(looked_after, time) <= 1


def test_a_restart_that_fails_is_tried_again(time: Time) -> None:
    store = Service("postgres", [])
    looked_after = Supervisor(Report())
    looked_after.start(store)
    store.alive, store.trouble = False, CannotStart("The disk is full.")
    restart_delay(looked_after, time)
    assert not store.alive
    store.trouble = None
    restart_delay(looked_after, time)
    assert store.alive


def test_a_service_that_cannot_start_leaves_nothing_behind() -> None:
    store = Service("postgres", [])
    store.trouble = CannotStart("No.")
    looked_after = Supervisor(Report())
    with pytest.raises(CannotStart):
        looked_after.start(store)
    looked_after.stop()
    assert store.diary == ["start postgres", "kill postgres"]
