#!/usr/bin/env python3
"""The portal's one command: `python3 run.py`, with nothing installed but Python.

Makes `.venv` from the hashed lock where needed and goes on inside it, in `launcher/`.
"""

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def main():  # no annotations: the sentence below must also come from an old Python
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit("Python 3.11, 3.12 or 3.13 is needed; this is {}.{}.".format(*sys.version_info))
    from launcher import install

    python = install.ensure()
    if not python.parent.parent.samefile(sys.prefix):
        os.execv(python, [str(python), os.path.abspath(__file__), *sys.argv[1:]])
    from launcher import commands

    sys.exit(commands.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
