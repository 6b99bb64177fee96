"""`make audio`: speak the scripts of the course whose words have changed. The voice comes as a Python package."""

from __future__ import annotations

import subprocess
import sys

from scripts.machine import PYTHON, ROOT, build_venv
from scripts.setup import embedded_environment, setup


def audio(talks: list[str]) -> int:
    """Speak the talks of these ids again; without any, those whose sound is missing or out of step."""
    setup()
    build_venv("requirements-audio.txt")
    command = [str(PYTHON), "-m", "scripts.narration", *talks]
    return subprocess.run(command, cwd=ROOT, env=embedded_environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(audio(sys.argv[1:]))
