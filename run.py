#!/usr/bin/env python3
"""The portal's one command: `python3 run.py`, with nothing installed but Python.

Makes `.venv` from the hashed lock where needed and goes on inside it, in `launcher/`.
"""

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def main():  # no annotations: the sentence below must also come from an old Python
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit("Python 3.11, 3.12 or 3.13 is needed; this is %d.%d." % sys.version_info[:2])
    from launcher import install

    python = install.ensure()
    os.chdir(install.ROOT)
    os.execv(python, [str(python), "-m", "launcher", *sys.argv[1:]])


if __name__ == "__main__":
    main()
