"""`make bench`: how fast the site is, as ratios against bare Django on the same machine in the same run.

Gunicorn and PostgreSQL as in production, 8 connections, rounds interleaved, medians compared. Absolute figures drift with
the machine; only the ratios hold. The search for an institution is timed by itself, in milliseconds.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.machine import (
    PYTHON,
    ROOT,
    build_venv,
    free_port,
    install,
    is_answering,
    missing_pango,
    say,
    stop,
)
from scripts.test import environment, postgresql_binaries, postgresql_server

LEARNERS = 50_000
INSTITUTIONS = 150_000
MOST_MILLISECONDS = 50  # for the slowest of the queries for an institution (tests/benchmarks/institutions.py)
ROUNDS = 5
SECONDS = 4
WORKERS = 2


@dataclass(frozen=True)
class Probe:
    """One address to load. `body` is posted where there is one."""

    name: str
    path: str
    body: str = "-"


@dataclass(frozen=True)
class Goal:
    """A ratio of requests per second that we want to reach (docs/operator.md, “Speed”)."""

    name: str
    probe: str
    floor: str
    least: float


GOALS = [
    Goal("learner page / bare page with session and user", "learner page", "bare page", 0.6),
    Goal("answer / bare upsert with session and user", "answer", "bare upsert", 0.8),
]


def bench() -> int:
    build_venv("requirements-dev.txt")
    install(missing())
    with tempfile.TemporaryDirectory(prefix="opm-bench-") as name:
        folder = Path(name)
        with postgresql_server(folder, is_durable=True) as urls:
            env = environment(folder, **urls, DEBUG="0", SECRET_KEY="x" * 60, ALLOWED_HOSTS="127.0.0.1")
            env["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
            say(f"Preparing a site with {LEARNERS:,} learners")
            prepare(env, urls)
            seeded = json.loads(output(env, "-m", "tests.benchmarks.seed", str(LEARNERS)))
            rates = measure(env, seeded)
            times = institutions(folder, env)
    return report(rates) | report_institutions(times)


def missing() -> list[str]:
    packages = missing_pango()
    packages += [] if postgresql_binaries() else ["postgresql"]
    return packages + ([] if shutil.which("wrk") else ["wrk"])


def prepare(env: dict[str, str], urls: dict[str, str]) -> None:
    binaries = postgresql_binaries()
    for url in urls.values():
        base, _, database = url.rpartition("/")
        subprocess.run(
            [f"{binaries}/psql", f"{base}/postgres", "-qc", f"CREATE DATABASE {database}"], check=True
        )
    output(env, "manage.py", "migrate", "-v0")
    output(env, "manage.py", "migrate", "-v0", "--database=evaluation")
    output(env, "manage.py", "collectstatic", "-v0", "--no-input")


def output(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [str(PYTHON), *arguments], cwd=ROOT, env=env, check=False, text=True, stdout=subprocess.PIPE
    )
    if done.returncode:
        stop(f"{' '.join(arguments)} failed; the lines above say why.")
    return done.stdout


def measure(env: dict[str, str], seeded: dict[str, Any]) -> dict[str, list[float]]:
    """Requests per second of every probe, a figure a round."""
    probes = [
        Probe("bare page", "/bare/page/"),
        Probe("learner page", seeded["page"]),
        Probe("bare upsert", "/bare/upsert/", "text=" + "What+I+wrote+" * 20),
        Probe("answer", seeded["answer"], f"{seeded['field']}=" + "What+I+wrote+" * 20),
    ]
    port = free_port()
    gunicorn = [
        str(PYTHON),
        "-m",
        "gunicorn",
        "opm.wsgi",
        "--chdir",
        str(ROOT),
        "--bind",
        f"127.0.0.1:{port}",
    ]
    gunicorn += [f"--workers={WORKERS}", "--no-control-socket", "--log-level=error"]
    rates: dict[str, list[float]] = {probe.name: [] for probe in probes}
    process = subprocess.Popen(gunicorn, cwd=ROOT, env=env)
    try:
        while not is_answering(port):
            if process.poll() is not None:
                stop("The site did not start; the lines above say why.")
            time.sleep(0.05)
        for round_number in range(ROUNDS + 1):
            for probe in probes:
                rate = load(port, probe, seeded)
                if round_number:  # the first round warms up
                    rates[probe.name].append(rate)
    finally:
        process.terminate()
        process.wait()
    return rates


def institutions(folder: Path, env: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Milliseconds that a search for an institution takes, by database."""
    say(f"Searching {INSTITUTIONS:,} institutions on both databases")
    sqlite = environment(folder, DEBUG="0", SECRET_KEY="x" * 60, DJANGO_SETTINGS_MODULE="opm.settings")
    output(sqlite, "manage.py", "migrate", "-v0")
    command = ["-m", "tests.benchmarks.institutions", str(INSTITUTIONS)]
    return {
        name: json.loads(output(where, *command)) for name, where in (("SQLite", sqlite), ("PostgreSQL", env))
    }


def report_institutions(times: dict[str, dict[str, Any]]) -> int:
    say("\nSearch for an institution, milliseconds: median of all queries, and the slowest query")
    for name, found in times.items():
        worst, goal = found["worst"], f"goal {MOST_MILLISECONDS}"
        goal += "" if worst <= MOST_MILLISECONDS else "   MISSED"
        say(f"  {name:14} {found['median']:8.1f} {worst:8.1f}   {goal}   ({found['slowest']})")
    return int(any(found["worst"] > MOST_MILLISECONDS for found in times.values()))


def load(port: int, probe: Probe, seeded: dict[str, Any]) -> float:
    command = ["wrk", "-t1", "-c8", f"-d{SECONDS}s", "-s", str(ROOT / "tests/benchmarks/load.lua")]
    command += [
        f"http://127.0.0.1:{port}{probe.path}",
        ",".join(seeded["sessions"]),
        seeded["csrf"],
        probe.body,
    ]
    text = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout
    if "Non-2xx" in text:
        stop(f"{probe.name}: the site answered with errors.\n{text}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    return float(found.group(1)) if found else 0.0


def report(rates: dict[str, list[float]]) -> int:
    middle = {name: statistics.median(figures) for name, figures in rates.items()}
    say("\nRequests per second, median of interleaved rounds (lowest to highest)")
    for name, figures in rates.items():
        say(f"  {name:14} {middle[name]:8.0f}   ({min(figures):.0f} to {max(figures):.0f})")
    say("\nRatios")
    missed = 0
    for goal in GOALS:
        ratio = middle[goal.probe] / middle[goal.floor]
        missed += ratio < goal.least
        say(f"  {goal.name:50} {ratio:.2f}   goal {goal.least}{'' if ratio >= goal.least else '   MISSED'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(bench())
