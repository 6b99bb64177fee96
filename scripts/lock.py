"""`make lock`: compile the requirements files from pyproject.toml, with hashes, for every platform."""

from __future__ import annotations

import shutil
import subprocess
import sys

from scripts.machine import ROOT, say, stop

# A lock names packages and hashes, not the hosts and paths of whoever compiled it
PLAIN = ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]


def lock(upgrade: bool) -> None:
    """Pins stay as they are where pyproject.toml allows it, unless upgrade asks for the newest."""
    uv = shutil.which("uv")
    if not uv:
        stop("uv is not on the PATH: see https://docs.astral.sh/uv/ for how to install it.")
    compile_ = [uv, "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"]
    more = ["--generate-hashes", *PLAIN, *(["--upgrade"] if upgrade else [])]
    locks = {
        "requirements.txt": [],
        "requirements-dev.txt": ["--group", "dev"],
        "requirements-audio.txt": ["--group", "audio"],
    }
    for name, groups in locks.items():
        command = [*compile_, *more, *groups, "--output-file", name]
        if subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode:
            stop(f"{name} could not be compiled; the lines above say why.")
        say(f"Compiled {name}")


if __name__ == "__main__":
    lock("--upgrade" in sys.argv[1:])
