"""YAML into frozen dataclasses, strictly: unknown, missing, doubled and mistyped keys are faults with file and line.

All faults of a file are collected before anything is reported, so that an author mends them in one go. No Django and
no app of ours is imported here: the survey process uses it too.
"""

from __future__ import annotations

import dataclasses
import keyword
import re
import types
import typing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

T = TypeVar("T")
BROKEN: Any = object()  # stands for a value whose fault is already noted
LINES = "lines"


class Lines(dict[str, int]):
    """In which line of its file each key of a dataclass stood; any other key: where the whole begins.

    A dataclass gets them in a field `lines: Lines = field(default_factory=Lines, compare=False, repr=False)`. It may then
    have a method `faults()` that gives what its types cannot show, each as (line, message), or as a Fault where another
    file is at fault. A fault that leaves nothing to build is a ValueError.
    """

    def __missing__(self, key: str) -> int:
        return self.get("", 1)


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in an author's file."""

    path: Path
    line: int
    message: str

    @property
    def place(self) -> str:
        """File and line, as one would type it here."""
        here = Path.cwd()
        path = self.path.relative_to(here) if self.path.is_relative_to(here) else self.path
        return f"{path}:{self.line}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass
class Faults:
    """The faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str) -> None:
        self.found.append(Fault(path, line, message))


class StrictLoader(yaml.SafeLoader):
    """Reads only true and false as booleans, and dates as text: an option called No stays an option."""


class FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # found when it is loaded
    """The same by libyaml, ten times as fast, where PyYAML was built with it."""


STRING, WHOLE, BOOLEAN = (f"tag:yaml.org,2002:{name}" for name in ("str", "int", "bool"))
LOOSE_TAGS = {BOOLEAN, "tag:yaml.org,2002:timestamp"}
for loader in (StrictLoader, FastLoader):
    loader.yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in resolvers if tag not in LOOSE_TAGS]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    loader.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|false)$"), ["t", "f"])
WHOLE_NUMBER = re.compile(r"[-+]?\d+")


def read(path: Path, faults: Faults) -> str | None:
    """The text of a file; None, and a fault, where there is none or where it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.add(path, 1, "this file is missing")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        faults.add(path, line, "not UTF-8 text: save the file as UTF-8")
    return None


def load(cls: type[T], text: str, path: Path, faults: Faults, first_line: int = 1, **given: Any) -> T | None:
    """Build `cls` from YAML text. `given` are fields that do not come from the file. None where a fault left nothing."""
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        faults.add(path, line, f"not valid YAML: {getattr(error, 'problem', error)}")
        return None
    built = _Builder(path, faults, first_line).build(node, cls, given)
    return None if built is BROKEN else typing.cast(T, built)


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=FastLoader)
    except yaml.YAMLError:
        # What is wrong is said better by the slow one, and the same on every machine
        return yaml.compose(text, Loader=StrictLoader)


@cache
def _shape(cls: type) -> tuple[dict[str, Any], tuple[dataclasses.Field[Any], ...]]:
    """The types of a dataclass's fields, and the fields that it is made from."""
    return typing.get_type_hints(cls), tuple(item for item in dataclasses.fields(cls) if item.init)


class _Builder:
    def __init__(self, path: Path, faults: Faults, first_line: int) -> None:
        self.path, self.faults, self.first_line = path, faults, first_line

    def fault(self, node: yaml.Node | None, message: str) -> Any:
        line = self.first_line + (node.start_mark.line if node else 0)
        self.faults.add(self.path, line, message)
        return BROKEN

    def build(self, node: yaml.Node | None, hint: Any, given: dict[str, Any] | None = None) -> Any:
        if isinstance(hint, types.UnionType):
            hint = next(kind for kind in typing.get_args(hint) if kind is not types.NoneType)
        origin = typing.get_origin(hint)
        if dataclasses.is_dataclass(hint):
            return self._dataclass(node, typing.cast(type, hint), given or {})
        if origin is tuple:
            return self._tuple(node, typing.get_args(hint)[0])
        if origin is dict:
            return self._mapping(node, typing.get_args(hint)[1])
        return self._scalar(node, hint)

    def _pairs(self, node: yaml.Node | None) -> dict[str, tuple[yaml.Node, yaml.Node]] | None:
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "expected keys and values here" if node else "there is nothing here yet")
            return None
        pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fault(key, "expected a key here")
                continue
            if key.value in pairs:
                self.fault(key, f"the key “{key.value}” is there twice")
            pairs[key.value] = (key, value)
        return pairs

    def _dataclass(self, node: yaml.Node | None, cls: type, given: dict[str, Any]) -> Any:
        pairs = self._pairs(node)
        if pairs is None:
            return BROKEN
        # A key that is a word of Python's, such as “from”, is the field `from_`
        pairs = {f"{name}_" if keyword.iskeyword(name) else name: pair for name, pair in pairs.items()}
        hints, shape = _shape(cls)
        if hints.get(LINES) is Lines:
            given = {**given, LINES: self._lines(node, pairs)}
        values = given | self._values(node, pairs, hints, [item for item in shape if item.name not in given])
        if any(value is BROKEN for value in values.values()):
            return BROKEN
        try:
            built = cls(**values)
        except ValueError as error:
            return self.fault(node, str(error))
        if LINES in given:
            for found in getattr(built, "faults", tuple)():
                self.faults.found.append(found if isinstance(found, Fault) else Fault(self.path, *found))
        return built

    def _values(
        self,
        node: yaml.Node | None,
        pairs: dict[str, tuple[yaml.Node, yaml.Node]],
        hints: dict[str, Any],
        fields: list[dataclasses.Field[Any]],
    ) -> dict[str, Any]:
        names = [item.name for item in fields]
        values: dict[str, Any] = {}
        for name, (key, value) in pairs.items():
            if name in names:
                values[name] = self.build(value, hints[name])
            else:
                known = ", ".join(name.removesuffix("_") for name in names)
                values[name] = self.fault(key, f"unknown key “{key.value}”; expected {known}")
        for item in fields:
            if item.name not in pairs and item.default is item.default_factory is dataclasses.MISSING:
                values[item.name] = self.fault(node, f"“{item.name.removesuffix('_')}” is missing")
        return values

    def _lines(self, node: yaml.Node | None, pairs: dict[str, tuple[yaml.Node, yaml.Node]]) -> Lines:
        starts = {"": node} | {name: key for name, (key, _) in pairs.items()}
        return Lines(
            {name: self.first_line + start.start_mark.line for name, start in starts.items() if start}
        )

    def _tuple(self, node: yaml.Node | None, hint: Any) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return self.fault(node, "expected a list")
        items = tuple(self.build(item, hint) for item in node.value)
        return BROKEN if any(item is BROKEN for item in items) else items

    def _mapping(self, node: yaml.Node | None, hint: Any) -> Any:
        pairs = self._pairs(node)
        if pairs is None:
            return BROKEN
        items = {name: self.build(value, hint) for name, (_, value) in pairs.items()}
        return BROKEN if any(item is BROKEN for item in items.values()) else items

    def _scalar(self, node: yaml.Node | None, hint: type) -> Any:
        names = {str: "text", int: "a whole number", bool: "true or false"}
        if isinstance(node, yaml.ScalarNode):
            if hint is str and node.tag == STRING:
                return node.value
            if hint is int and node.tag == WHOLE and WHOLE_NUMBER.fullmatch(node.value):
                return int(node.value)
            if hint is bool and node.tag == BOOLEAN:
                return node.value == "true"
        advice = " (put it in quotes)" if hint is str and isinstance(node, yaml.ScalarNode) else ""
        return self.fault(node, f"expected {names[hint]}{advice}")
