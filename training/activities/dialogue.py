"""A conversation to try out: a graph of turns, in which each line one says has its own reason and its own consequence."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from training.activities.common import Value, check_depth
from training.markdown import parser, render_inline

NODE_ID = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
ENDINGS = {"good": _("A good ending"), "mixed": _("A mixed ending"), "poor": _("A hard ending")}
MOST_TURNS = 100


@dataclass(frozen=True)
class Says:
    """What somebody says, or with nobody named, what happens."""

    text: str
    who: str = ""

    @cached_property
    def text_html(self) -> SafeString:
        return render_inline(self.text)

    @property
    def initials(self) -> str:
        """Two letters for the circle beside the words: “Dr. Lena Moss, dean” gives LM."""
        words = [
            word
            for word in self.who.partition(",")[0].split()
            if word[0].isalpha() and not word.endswith(".")
        ]
        return "".join(word[0] for word in words[-2:]).upper()

    def __str__(self) -> str:
        return f"{self.who}: {self.text}" if self.who else self.text


@dataclass(frozen=True)
class Line:
    """Something one can say, the reason shown once it is said, and the turn it leads to."""

    text: str
    reason: str
    to: str
    id: str = ""

    @cached_property
    def text_html(self) -> SafeString:
        return render_inline(self.text)

    @cached_property
    def button_html(self) -> SafeString:
        """Without a paragraph, which has no place in a button."""
        return mark_safe(parser().renderInline(self.text.strip(), {"cite": None}))

    @cached_property
    def reason_html(self) -> SafeString:
        return render_inline(self.reason)


@dataclass(frozen=True)
class Node:
    """One turn: what the others say, and either lines to choose from or an ending with its debrief."""

    says: tuple[Says, ...] = ()
    lines: tuple[Line, ...] = ()
    ending: str = ""
    debrief: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        if self.ending:
            self._check_ending()
        elif not self.lines:
            raise ValueError("a turn has lines to choose from, or it is an ending")
        elif not self.says:
            raise ValueError("a turn with lines begins with what somebody says, or what happens")
        elif self.debrief or self.kind:
            raise ValueError("only an ending has a debrief and a kind; this turn has no “ending”")
        if len(self.lines) > 5:
            raise ValueError(f"a turn has at most 5 lines, this one has {len(self.lines)}")
        ids = [key for key, _ in self.lettered]
        if len(set(ids)) < len(ids):
            raise ValueError("two lines of this turn have the same id")

    def _check_ending(self) -> None:
        if self.lines:
            raise ValueError("an ending has no lines to choose from")
        if not self.debrief:
            raise ValueError("an ending needs a “debrief”")
        if self.kind not in ENDINGS:
            raise ValueError(f"an ending's kind is one of {', '.join(ENDINGS)}, not “{self.kind}”")

    @cached_property
    def lettered(self) -> tuple[tuple[str, Line], ...]:
        """Lines with their permanent ids: the author's, or a letter by position."""
        return tuple((line.id or chr(97 + place), line) for place, line in enumerate(self.lines))

    def line(self, line_id: str) -> Line | None:
        return dict(self.lettered).get(line_id)

    @cached_property
    def debrief_html(self) -> SafeString:
        return render_inline(self.debrief)

    @property
    def kind_label(self) -> str:
        return str(ENDINGS[self.kind])


@dataclass(frozen=True)
class Turn:
    """A line that was chosen at a node."""

    node_id: str
    line_id: str
    node: Node
    line: Line


@dataclass(frozen=True)
class Talk:
    """The conversation as somebody meets it: the turns taken, and the node they stand at."""

    turns: tuple[Turn, ...]
    node_id: str
    node: Node
    said_before: str  # id of the line said here earlier, when they went back to say another
    is_own_way: bool  # False: they came straight here, and `turns` are the shortest way
    is_begun: bool
    is_here: bool  # True at the address of a turn, where one may choose a line
    endings: tuple[tuple[Node, bool], ...]  # every ending, and whether it was found

    @property
    def found(self) -> int:
        return sum(is_found for _, is_found in self.endings)


@dataclass(frozen=True)
class Dialogue:
    """A simulated conversation. The value: {"path": [{"node", "line"}], "at": node id, "endings": [node ids]}."""

    id: str
    title: str
    prompt: str
    start: str
    nodes: dict[str, Node]
    you: str = ""
    minutes: int = 5
    depth: str = "core"

    kind: ClassVar[str] = "dialogue"
    kind_label: ClassVar[Promise] = _("Try a conversation")
    template: ClassVar[str] = "training/activities/dialogue.html"

    def __post_init__(self) -> None:
        check_depth(self.depth)
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))

    def _faults(self) -> Iterator[str]:
        for node_id in self.nodes:
            if not NODE_ID.match(node_id):
                yield f"“{node_id}” is no id of a turn: small letters, digits and hyphens"
        if self.start not in self.nodes:
            yield f"the start is “{self.start}”, and there is no such turn"
            return
        missing = {
            f"a line of “{node_id}” leads to “{line.to}”, and there is no such turn"
            for node_id, node in self.nodes.items()
            for line in node.lines
            if line.to not in self.nodes
        }
        yield from sorted(missing)
        if missing:
            return
        if not self.endings:
            yield "there is no ending"
        for node_id in self.nodes:
            if node_id not in self._shortest_ways:
                yield f"nothing leads to “{node_id}”"
        for node_id in self._trapped() if self.endings else ():
            yield f"from “{node_id}” no ending can be reached"

    def _trapped(self) -> list[str]:
        """Nodes from which every way goes in circles."""
        safe = set(self.endings)
        before = -1
        while len(safe) > before:
            before = len(safe)
            safe |= {id_ for id_, node in self.nodes.items() if any(line.to in safe for line in node.lines)}
        return [node_id for node_id in self.nodes if node_id not in safe]

    @cached_property
    def _shortest_ways(self) -> dict[str, tuple[Turn, ...]]:
        ways: dict[str, tuple[Turn, ...]] = {self.start: ()}
        waiting = deque([self.start])
        while waiting:
            here = waiting.popleft()
            for line_id, line in self.nodes[here].lettered:
                if line.to not in ways:
                    ways[line.to] = (*ways[here], Turn(here, line_id, self.nodes[here], line))
                    waiting.append(line.to)
        return ways

    @property
    def speaker(self) -> str:
        """Who says the lines: whom the author names, else “You”."""
        return self.you or gettext("You")

    @cached_property
    def prompt_html(self) -> SafeString:
        return render_inline(self.prompt)

    @cached_property
    def endings(self) -> dict[str, Node]:
        return {node_id: node for node_id, node in self.nodes.items() if node.ending}

    def paths(self, most: int = 10_000) -> Iterator[tuple[Turn, ...]]:
        """Every way from the start to an ending that comes to no node twice; `most` of them at the longest."""
        given = 0
        waiting: list[tuple[str, tuple[Turn, ...]]] = [(self.start, ())]
        while waiting and given < most:
            here, turns = waiting.pop()
            if here in self.endings:
                given += 1
                yield turns
            for line_id, line in reversed(self.nodes[here].lettered):
                if line.to != here and all(turn.node_id != line.to for turn in turns):
                    waiting.append((line.to, (*turns, Turn(here, line_id, self.nodes[here], line))))

    def endings_reachable(self, most: int = 10_000) -> dict[str, int]:
        """How many ways lead to each ending, by its node id: what a content check walks."""
        ways = dict.fromkeys(self.endings, 0)
        for turns in self.paths(most):
            ways[turns[-1].line.to if turns else self.start] += 1
        return ways

    def turns(self, value: Value) -> tuple[Turn, ...]:
        """The path in a value, as far as the conversation still has it: authors may have changed it since."""
        turns: list[Turn] = []
        here = self.start
        for step in value.get("path", ()):
            line = self.nodes[here].line(step["line"]) if step["node"] == here else None
            if line is None:
                break
            turns.append(Turn(here, step["line"], self.nodes[here], line))
            here = line.to
        return tuple(turns)

    def talk(self, value: Value, node_id: str = "", turn: int | None = None) -> Talk:
        """The conversation standing at a node; without one, where it was left.

        A node may come up more than once in the path: `turn` tells which time is meant, else it is the last.
        """
        is_here = bool(node_id)
        taken = self.turns(value)
        stops = [turn_.node_id for turn_ in taken] + [taken[-1].line.to if taken else self.start]
        node_id = node_id or stops[-1]
        places = [place for place, stop in enumerate(stops) if stop == node_id]
        place = turn if turn in places else places[-1] if places else None
        found = set(value.get("endings", ()))
        return Talk(
            turns=self._shortest_ways[node_id] if place is None else taken[:place],
            node_id=node_id,
            node=self.nodes[node_id],
            said_before=taken[place].line_id if place is not None and place < len(taken) else "",
            is_own_way=place is not None,
            is_begun=bool(taken or found),
            is_here=is_here,
            endings=tuple((node, id_ in found) for id_, node in self.endings.items()),
        )

    def choose(self, value: Value, node_id: str, line_id: str, turn: int | None = None) -> Value | None:
        """The value after saying this line at this node; None when there is no such line."""
        talk = self.talk(value, node_id, turn)
        line = talk.node.line(line_id)
        if line is None:
            return None
        turns = talk.turns if len(talk.turns) < MOST_TURNS else self._shortest_ways[node_id]
        path = [{"node": turn_.node_id, "line": turn_.line_id} for turn_ in turns]
        found = [id_ for id_ in value.get("endings", ()) if id_ in self.endings]
        if line.to in self.endings and line.to not in found:
            found.append(line.to)
        return {"path": [*path, {"node": node_id, "line": line_id}], "at": line.to, "endings": found}

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        """Without fields: lines are chosen by buttons that go to the addresses of the turns."""
        return forms.Form(data, prefix=self.id, initial=value or {})

    def is_answered(self, value: Value) -> bool:
        """Whether one has come to an end once. Trying another line afterwards takes nothing away."""
        return any(node_id in self.endings for node_id in value.get("endings", ()))

    def feedback(self, value: Value) -> Talk:
        return self.talk(value)

    def summary(self, value: Value) -> str:
        talk = self.talk(value)
        if not talk.is_begun:
            return ""
        parts: list[str] = []
        for turn in talk.turns:
            parts += [*map(str, turn.node.says), f"{self.speaker}: {turn.line.text}", f"({turn.line.reason})"]
        parts += map(str, talk.node.says)
        if talk.node.ending:
            parts += [f"{talk.node.kind_label}: {talk.node.ending}", talk.node.debrief]
        return "\n".join(part.strip() for part in parts)
