"""Asks pip-audit for known holes in what the lock names: `python -m launcher.vulnerabilities`.

It is no part of the lock, since it needs a database that not every machine reaches: it is run
where it is installed, and what could not be asked is told.
"""

import re
import shutil
import subprocess
import sys

from launcher.sbom import LOCK

SKIPPED = "Skipped"
UNREACHED = re.compile(
    "ConnectionError|ServiceError|Max retries exceeded|Name or service not known|timed out|"
    "Network is unreachable|ConnectTimeout|503"
)
OPTIONS = ("--require-hashes", "--disable-pip", "--progress-spinner", "off")


def main() -> int:
    tool = shutil.which("pip-audit")
    if tool is None:
        print(f"{SKIPPED}: pip-audit is not installed, so nobody asked for known holes.")
        return 0
    argv = [tool, *OPTIONS, "--requirement", str(LOCK)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if done.returncode and UNREACHED.search(said):
        print(f"{SKIPPED}: pip-audit's database cannot be reached from here.")
        return 0
    print(said)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
