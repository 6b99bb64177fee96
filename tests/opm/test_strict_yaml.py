"""YAML into dataclasses: what is read, and every fault with its line."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from opm import strict_yaml
from opm.strict_yaml import Fault, Faults, Lines


@dataclass(frozen=True)
class Leg:
    length: int
    is_left: bool = False


@dataclass(frozen=True)
class Animal:
    name: str
    legs: tuple[Leg, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    age: int | None = None
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def __post_init__(self):
        if self.name == "nobody":
            raise ValueError("an animal is somebody")

    def faults(self):
        if self.age and self.age > 99:
            yield self.lines["age"], "that is old"
        if self.name == "Other":
            yield Fault(Path("other.txt"), 3, "elsewhere")
        if len(self.legs) > 2:
            yield self.lines["tail"], "too many"


@dataclass(frozen=True)
class Song:
    """Its `lines` are its own."""

    lines: tuple[str, ...]


def load(text, cls=Animal, first_line=1, **given):
    faults = Faults()
    found = strict_yaml.load(cls, text, Path("a.yaml"), faults, first_line, **given)
    return found, [str(fault) for fault in sorted(faults.found)]


def test_it_builds_what_is_written():
    text = "name: No\nlegs:\n  - length: 3\n    is_left: true\nnames:\n  de: 2026-01-01\nage: 7\n"
    assert load(text) == (Animal("No", (Leg(3, True),), {"de": "2026-01-01"}, 7), [])
    assert load("legs: []\n", name="Given") == (Animal("Given"), [])
    assert load("lines: [one, two]\n", Song) == (Song(("one", "two")), [])


FAULTS = [
    ("nmae: A", ["a.yaml:1: unknown key “nmae”; expected name, legs, names, age", "a.yaml:1: “name” is missing"]),
    ("name: A\nname: B", ["a.yaml:2: the key “name” is there twice"]),
    ("name: 12", ["a.yaml:1: expected text (put it in quotes)"]),
    ("name:", ["a.yaml:1: expected text (put it in quotes)"]),
    ("name: [A]", ["a.yaml:1: expected text"]),
    ("name: A\nlegs: 2", ["a.yaml:2: expected a list"]),
    ("name: A\nlegs:\n  - length: 1.5\n  - length: 1:30\n", [f"a.yaml:{line}: expected a whole number" for line in (3, 4)]),
    ("name: A\nlegs:\n  - length: 1\n    is_left: yes\n", ["a.yaml:4: expected true or false"]),
    ("name: A\nnames: [x]", ["a.yaml:2: expected keys and values here"]),
    ("name: A\nnames:\n  [x]: y", ["a.yaml:3: expected a key here"]),
    ("name: nobody", ["a.yaml:1: an animal is somebody"]),
    ("", ["a.yaml:1: there is nothing here yet"]),
    ("- A", ["a.yaml:1: expected keys and values here"]),
    ("name: A\nage: [", ["a.yaml:2: not valid YAML: expected the node content, but found '<stream end>'"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "faults"), FAULTS)
def test_a_fault_has_its_line_and_says_what_was_expected(text, faults):
    assert load(text)[1] == faults


def test_what_types_cannot_show_is_reported_at_its_own_line_and_leaves_the_rest_to_be_checked():
    text = "name: Other\nage: 100\nlegs:\n  - length: 1\n  - length: 2\n  - length: 3\n"
    found, faults = load(text, first_line=10)
    assert found == Animal("Other", (Leg(1), Leg(2), Leg(3)), {}, 100)
    assert faults == ["a.yaml:10: too many", "a.yaml:11: that is old", "other.txt:3: elsewhere"]


def test_a_file_is_read_as_utf_8_or_reported(tmp_path):
    faults = Faults()
    (tmp_path / "good").write_text("Lucía", encoding="utf-8")
    (tmp_path / "bad").write_bytes(b"one\ntwo \xe9\n")
    assert [strict_yaml.read(tmp_path / name, faults) for name in ("good", "bad", "none")] == [
        "Lucía",
        None,
        None,
    ]
    assert [(fault.path.name, fault.line, fault.message) for fault in faults.found] == [
        ("bad", 2, "not UTF-8 text: save the file as UTF-8"),
        ("none", 1, "this file is missing"),
    ]


def test_a_place_is_written_as_one_would_type_it_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Fault(tmp_path / "a" / "b.md", 3, "x").place == "a/b.md:3"
    assert Fault(Path("/elsewhere/b.md"), 3, "x").place == "/elsewhere/b.md:3"


def test_it_reads_the_same_without_libyaml(monkeypatch):
    text = "name: No\nnames:\n  on: off\n  day: 2026-01-01\nage: 12\n"
    fast = load(text)
    monkeypatch.setattr(strict_yaml, "FastLoader", strict_yaml.StrictLoader)
    assert load(text) == fast == (Animal("No", (), {"on": "off", "day": "2026-01-01"}, 12), [])
    assert yaml.CSafeLoader.yaml_implicit_resolvers == yaml.SafeLoader.yaml_implicit_resolvers


def test_it_imports_no_django():
    code = "import sys, opm.strict_yaml; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"django", "registration", "training", "evaluation"} & set(run.stdout.split()) == set()
