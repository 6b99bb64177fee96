"""YAML into frozen dataclasses, strictly: unknown, missing, doubled and mistyped keys are faults with file and line.

All faults of a file are collected before anything is reported, so that an author mends them in one go.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

T = TypeVar("T")
BROKEN: Any = object()  # stands for a value whose fault is already noted


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in an author's file."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass
class Faults:
    """The faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str) -> None:
        self.found.append(Fault(path, line, message))


class StrictLoader(yaml.SafeLoader):
    """Reads only true and false as booleans, and dates as text: an option called No stays an option."""


LOOSE_TAGS = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}
StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag not in LOOSE_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def load(cls: type[T], text: str, path: Path, faults: Faults, first_line: int = 1, **given: Any) -> T | None:
    """Build `cls` from YAML text. `given` are fields that do not come from the file. None where there was a fault."""
    try:
        node = yaml.compose(text, Loader=StrictLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        faults.add(path, line, f"not valid YAML: {getattr(error, 'problem', error)}")
        return None
    built = _Builder(path, faults, first_line).build(node, cls, given)
    return None if built is BROKEN else typing.cast(T, built)


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
            self.fault(node, "expected keys and values here")
            return None
        pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if key.value in pairs:
                self.fault(key, f"the key “{key.value}” is there twice")
            pairs[key.value] = (key, value)
        return pairs

    def _dataclass(self, node: yaml.Node | None, cls: type, given: dict[str, Any]) -> Any:
        pairs = self._pairs(node)
        if pairs is None:
            return BROKEN
        hints = typing.get_type_hints(cls)
        fields = {item.name: item for item in dataclasses.fields(cls) if item.init and item.name not in given}
        values = dict(given)
        for name, (key, value) in pairs.items():
            if name in fields:
                values[name] = self.build(value, hints[name])
            else:
                self.fault(key, f"unknown key “{name}”; expected {', '.join(fields)}")
                values[name] = BROKEN
        for name, item in fields.items():
            if name not in pairs and item.default is item.default_factory is dataclasses.MISSING:
                values[name] = self.fault(node, f"“{name}” is missing")
        if any(value is BROKEN for value in values.values()):
            return BROKEN
        try:
            return cls(**values)
        except ValueError as error:
            return self.fault(node, str(error))

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
        value = yaml.SafeLoader("").construct_object(node) if isinstance(node, yaml.ScalarNode) else node
        if type(value) is hint:
            return value
        advice = " (put it in quotes)" if hint is str and isinstance(node, yaml.ScalarNode) else ""
        return self.fault(node, f"expected {names[hint]}{advice}")
