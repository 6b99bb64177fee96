"""`make test`: every check there is, in stages. What is missing is installed; what is started is stopped.

Names of stages as arguments run those only, for example: python3 -m scripts.test unit browser
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from scripts.machine import ROOT, VENV, build_venv, free_port, install, is_answering, missing_pango, say, stop

UNIT = ["-m", "not services and not browser", "-n", "2"]
# The caller's own installation must not leak into the tests
OPTIONS = [
    *("DATABASE_URL", "EVALUATION_DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "SURVEY_URL", "PORT"),
    *(
        "SURVEY_PORT",
        "SURVEY_DIR",
        "RELEASED_FILE",
        "TICKET_SIGNING_KEY",
        "TICKET_VERIFY_KEYS",
        "ALLOWED_HOSTS",
    ),
    *("SURVEY_ALLOWED_HOSTS", "HOME_INSTITUTION", "SITE_NAME", "ISSUER", "CONTACT_EMAIL", "TIME_ZONE"),
    *(
        "TRUSTED_PROXY_COUNT",
        "CONTENT_DIR",
        "SSL_REDIRECT",
        "DJANGO_SETTINGS_MODULE",
        "MAKEFLAGS",
        "MAKELEVEL",
        "MFLAGS",
    ),
]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What every stage runs under: data in a temporary folder, and nothing of the caller's installation."""
    (folder / "var").mkdir(exist_ok=True)
    given = {name: value for name, value in os.environ.items() if name not in OPTIONS}
    ours = {"SECRET_KEY": "a key for tests only", "DEBUG": "1", "VAR_DIR": str(folder / "var")}
    return {**given, **ours, "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder), **more}


def call(command: list[str], env: dict[str, str]) -> bool:
    """Run a program of .venv in a process group of its own: no interrupt leaves its children behind."""
    process = subprocess.Popen(
        [str(VENV / "bin" / command[0]), *command[1:]],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        return process.wait() == 0
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)
        raise
    finally:
        with suppress(ProcessLookupError):  # the usual case: all of it has ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def pytest(arguments: list[str], env: dict[str, str]) -> bool:
    """Run a part of the tests. A part that finds none to run fails: pytest gives exit code 5 for it."""
    return call(["pytest", "--no-header", *arguments], env)


def lint(folder: Path) -> bool:
    env = environment(folder)
    # As a careful operator would set it, so that the deployment checks have nothing to say
    production = environment(
        folder,
        DEBUG="0",
        SECRET_KEY="x7-Qk" * 15,
        SITE_URL="https://mentoring.example.org",
        SURVEY_URL="https://survey.example.org",
        EMAIL_URL="smtp+tls://name:password@smtp.example.org:587",
    )
    commands = [
        (["ruff", "check", "--quiet"], env),
        (["ruff", "format", "--check"], env),
        (["djlint", "--check", "--quiet", "templates"], env),
        (["djlint", "--lint", "--quiet", "templates"], env),
        (["lint-imports", "--no-cache", "--no-logo"], env),
        (["python", "manage.py", "check"], env),
        (["python", "-m", "scripts.prose"], env),
        (["python", "manage.py", "makemigrations", "--check", "--dry-run"], env),
        (["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"], production),
    ]
    results = [call(command, env) for command, env in commands]  # all of them, to show every fault at once
    return all(results)


def types(folder: Path) -> bool:
    return call(["mypy", "."], environment(folder))


def unit(folder: Path) -> bool:
    return pytest(UNIT, environment(folder))


def postgresql(folder: Path) -> bool:
    with postgresql_server(folder) as urls:
        return pytest(UNIT, environment(folder, **urls))


def services(folder: Path) -> bool:
    with postgresql_server(folder) as urls, redis_server(folder) as url:
        return pytest(["-m", "services"], environment(folder, **urls, REDIS_URL=url))


def browser(folder: Path) -> bool:
    # Playwright runs an event loop in the thread of the test, where Django would refuse to use the database
    return pytest(
        ["-m", "browser", "-n", "2", "--dist", "loadfile"],
        environment(folder, CHROMIUM=chromium(), DJANGO_ALLOW_ASYNC_UNSAFE="1"),
    )


STAGES: dict[str, tuple[str, Callable[[Path], bool]]] = {
    "lint": ("Lint: code, templates, import boundaries, course content, migrations, deployment", lint),
    "types": ("Types", types),
    "unit": ("Unit tests on SQLite", unit),
    "postgresql": ("The same unit tests on PostgreSQL", postgresql),
    "services": ("Service tests: PostgreSQL, Redis, a running Celery worker", services),
    "browser": ("Browser tests", browser),
}


@contextmanager
def server(command: list[str], port: int, user: str | None) -> Iterator[None]:
    """A server that answers on its port inside the with block and is gone after it."""
    groups: list[str] | None = [] if user else None
    process = subprocess.Popen(
        command,
        cwd="/",
        stdout=subprocess.DEVNULL,
        process_group=0,
        user=user,
        group=user,
        extra_groups=groups,
    )
    try:
        deadline = time.monotonic() + 30
        while not is_answering(port):
            if process.poll() is not None or time.monotonic() > deadline:
                stop(f"{Path(command[0]).name} did not start; the lines above say why.")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # to PostgreSQL it means: stop now, do not wait for clients
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def postgresql_server(folder: Path, is_durable: bool = False) -> Iterator[dict[str, str]]:
    """An empty PostgreSQL of our own. Gives the addresses of both databases, which the tests create.

    `is_durable` waits for the disk at each commit, as production does; tests need not.
    """
    binaries, port, data = postgresql_binaries(), free_port(), folder / "postgresql"
    if binaries is None:
        stop("PostgreSQL is not installed.")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    data.mkdir()
    if user:
        folder.chmod(0o755)
        shutil.chown(data, user, user)
    groups: list[str] | None = [] if user else None
    initdb = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "opm",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(
        [*initdb, "--no-sync"],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        user=user,
        group=user,
        extra_groups=groups,
    )
    options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={data}", "log_min_messages=fatal"]
    if not is_durable:
        options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    try:
        with server([*command, *(part for option in options for part in ("-c", option))], port, user):
            url = f"postgresql://opm@127.0.0.1:{port}"
            yield {"DATABASE_URL": f"{url}/opm", "EVALUATION_DATABASE_URL": f"{url}/evaluation"}
    finally:
        shutil.rmtree(data)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    port = free_port()
    where = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    with server(["redis-server", *where, "--save", "", "--appendonly", "no"], port, None):
        yield f"redis://127.0.0.1:{port}/0"


def postgresql_binaries() -> Path | None:
    """The folder with initdb, which Debian keeps off the PATH; the newest where there are several."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


def chromium() -> str:
    """The browser to drive: CHROMIUM, or the chromium on the PATH if it starts (Ubuntu's is only a stub)."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
    starts = (
        path and shutil.which(path) and subprocess.run([path, "--version"], check=False, capture_output=True)
    )
    if not starts or starts.returncode:
        stop(
            f"No browser: {path or 'chromium'} does not start. Name one: make test CHROMIUM=/path/to/chromium"
        )
    return path


def missing_packages(stages: list[str]) -> list[str]:
    """Debian packages that the stages need and that are not here."""
    packages = missing_pango()
    if {"postgresql", "services"} & set(stages) and postgresql_binaries() is None:
        packages.append("postgresql")
    if "services" in stages and not shutil.which("redis-server"):
        packages.append("redis-server")
    if "browser" in stages and not os.environ.get("CHROMIUM") and not shutil.which("chromium"):
        packages.append("chromium")
    if not shutil.which("pdftotext"):
        packages.append("poppler-utils")
    return packages


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def test(stages: list[str]) -> int:
    if unknown := set(stages) - set(STAGES):
        stop(f"No such stage: {', '.join(sorted(unknown))}. There are: {', '.join(STAGES)}.")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    build_venv("requirements-dev.txt")
    install(missing_packages(stages))
    failed = []
    try:
        with tempfile.TemporaryDirectory(prefix="opm-test-", ignore_cleanup_errors=True) as folder:
            for stage in stages:
                heading, run = STAGES[stage]
                say(f"\n== {heading}")
                if not run(Path(folder)):
                    failed.append(stage)
    except KeyboardInterrupt:
        stop("Interrupted. All that was started is stopped.")
    if failed:
        stop(f"Failed: {', '.join(failed)}. One stage again: python3 -m scripts.test {failed[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(test(sys.argv[1:] or list(STAGES)))
