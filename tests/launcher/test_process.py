import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.environment import ROOT
from launcher.errors import CannotStart
from launcher.process import MARK, Process, Program, marked, run
from launcher.progress import Report
from tests.launcher.patience import eventually

PARENT_AND_CHILD = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
)
DEAF = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)


def program(code: str, **options: object) -> Program:
    return Program("child", [sys.executable, "-c", code], **options)  # type: ignore[arg-type]


def test_a_process_is_stopped_with_all_it_started() -> None:
    process = Process(program(PARENT_AND_CHILD), {MARK: "with-all"})
    process.start()
    assert eventually(lambda: len(marked("with-all")) == 2)
    process.stop()
    assert eventually(lambda: marked("with-all") == [])
    assert not process.alive


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process = Process(program(DEAF, stop_within_s=0.2), {}, tmp_path / "log")
    process.start()
    assert eventually(lambda: (tmp_path / "log").read_text() == "1\n")
    process.stop()
    assert not process.alive


def test_nothing_outlives_a_killed_launcher() -> None:
    launcher = (
        "import sys, time; from launcher.process import Process, Program\n"
        "Process(Program('child', [sys.executable, '-c', 'import time; time.sleep(60)']),"
        f" {{{MARK!r}: 'leashed'}}).start()\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", launcher], cwd=ROOT)
    assert eventually(lambda: len(marked("leashed")) == 1)
    parent.kill()
    parent.wait()
    assert eventually(lambda: marked("leashed") == [])


def test_a_step_answers_its_last_lines() -> None:
    said = run(Report(), program("print('one'); print('two')"), os.environ)
    assert said == "one\ntwo"


def test_a_step_that_takes_long_is_shown_with_its_last_line() -> None:
    shown = io.StringIO()
    run(
        Report(shown, brief=True),
        program("import time; print('row 7', flush=True); time.sleep(1.3)"),
        os.environ,
    )
    assert "child … 1 s  row 7" in shown.getvalue()
    assert "child: done, 1." in shown.getvalue()


def test_a_quick_step_of_a_brief_report_is_not_shown() -> None:
    shown = io.StringIO()
    run(Report(shown, brief=True), program("print('quick')"), os.environ)
    assert shown.getvalue() == ""


def test_a_step_that_fails_with_one_sentence_says_just_that() -> None:
    with pytest.raises(CannotStart, match=r"^SECRET_KEY is not set\.$"):
        run(Report(), program("import sys; sys.exit('SECRET_KEY is not set.')"), os.environ)


def test_a_step_that_fails_at_length_shows_its_end() -> None:
    with pytest.raises(CannotStart, match=r"(?s)^child: failed\.\n.*ZeroDivisionError"):
        run(Report(), program("1 / 0"), os.environ)


def test_a_full_disk_is_named() -> None:
    code = "raise OSError(28, 'No space left on device')"
    with pytest.raises(CannotStart, match=r"^The disk is full \(child\)"):
        run(Report(), program(code), os.environ)


def test_an_interrupted_step_leaves_no_process() -> None:
    launcher = (
        "import sys; from launcher import interrupts; from launcher.errors import Stopped\n"
        "from launcher.process import Program, run; from launcher.progress import Report\n"
        "interrupts.install()\n"
        "argv = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        "try: run(Report(), Program('long', argv), "
        f"{{{MARK!r}: 'interrupted'}})\n"
        "except Stopped: sys.exit(7)"
    )
    parent = subprocess.Popen([sys.executable, "-c", launcher], cwd=ROOT)
    assert eventually(lambda: len(marked("interrupted")) == 1)
    parent.send_signal(signal.SIGINT)
    assert parent.wait(10) == 7
    assert marked("interrupted") == []
