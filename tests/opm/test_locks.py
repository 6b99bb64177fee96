"""The locks name every package that pyproject.toml asks for, by hash, and nothing of who compiled them."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from opm.environment import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;]+)(?P<marker> ; .*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(name: str) -> dict[str, str]:
    """Name -> version. The line pattern itself leaves no room for a host, a path or an option of pip."""
    found = {}
    for line in (ROOT / name).read_text().splitlines():
        pin = PIN.match(line)
        assert pin or HASH.match(line), f"{name}: {line}"
        if pin:
            found[str(canonicalize_name(pin["name"]))] = pin["version"]
    return found


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_a_lock_covers_what_the_project_asks_for(lock, wanted):
    locked = pins(lock)
    wrong = []
    for requirement in map(Requirement, wanted):
        version = locked.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version):
            wrong.append(f"{requirement} is locked to {version}")
    assert wrong == []


def test_every_pin_has_a_hash():
    for lock in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / lock).read_text().splitlines()
        bare = [
            line
            for line, after in zip(lines, [*lines[1:], ""], strict=True)
            if PIN.match(line) and not HASH.match(after)
        ]
        assert bare == []


def test_the_lock_for_developers_holds_all_of_the_other_one():
    everything = pins("requirements-dev.txt")
    assert {name: everything.get(name) for name in pins("requirements.txt")} == pins("requirements.txt")
