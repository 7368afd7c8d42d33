import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import state
from launcher.errors import CannotStart
from launcher.process import MARK
from launcher.progress import Report


def test_a_directory_has_one_launcher(tmp_path: Path) -> None:
    first = state.claim(tmp_path)
    assert state.try_claim(tmp_path) is None
    with pytest.raises(CannotStart, match=r"Another run\.py is using"):
        state.claim(tmp_path)
    first.release()
    state.claim(tmp_path).release()


def test_a_second_start_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    first = state.claim(tmp_path)
    first.publish({}, "http://localhost:8017")
    with pytest.raises(CannotStart, match=r"already running here, at http://localhost:8017"):
        state.claim(tmp_path)
    first.release()


def test_others_learn_the_addresses_and_nothing_else(tmp_path: Path) -> None:
    claim = state.claim(tmp_path)
    claim.publish({"DATABASE_URL": "postgres://here", "AWS_SECRET": "hidden"})
    with state.joining(tmp_path) as running:
        assert running is not None
        assert running.environment == {"DATABASE_URL": "postgres://here"}
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    claim.release()
    with state.joining(tmp_path) as running:
        assert running is None


def test_what_a_killed_launcher_told_is_not_believed(tmp_path: Path) -> None:
    claim = state.claim(tmp_path)
    claim.publish({})
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    text = (tmp_path / "state.json").read_text()
    (tmp_path / "state.json").write_text(text.replace(str(os.getpid()), str(gone.pid)))
    with state.joining(tmp_path) as running:
        assert running is None
    claim.release()


def test_what_a_killed_launcher_left_running_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "LEFTOVERS_WITHIN_S", 0.1)
    former = state.claim(tmp_path)
    former.publish({})
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    leftover = subprocess.Popen(sleeping, env={MARK: former.launch})
    bystander = subprocess.Popen(sleeping, env={MARK: "somebody else's"})
    former.file.close()
    state.claim(tmp_path).clear_leftovers(Report())
    assert leftover.wait(10) == -9
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()
