"""The commands behind the Makefile. Standard library only: they run before anything is installed."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this line exists for the Pythons that are too old
    sys.exit(
        "OPM needs Python 3.11 or newer; this is %d.%d.\n" % sys.version_info[:2]  # noqa: UP031 - it parses on all
        + "Name another one like this: make setup PYTHON=python3.12"
    )
