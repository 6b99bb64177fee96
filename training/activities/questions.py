"""Questions to answer by choosing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from training.activities.common import Value, check_depth
from training.markdown import render_inline

KEY = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
NOT_THERE = {"invalid_choice": _("That is not one of the options. Please choose again.")}


class Known(Protocol):
    @property
    def id(self) -> str: ...


K = TypeVar("K", bound=Known)


def keyed(items: Sequence[K]) -> tuple[tuple[str, K], ...]:
    """Items with their permanent ids: the author's, or a letter by position."""
    return tuple((item.id or chr(97 + place), item) for place, item in enumerate(items))


def check_keys(items: Sequence[Known], noun: str) -> None:
    keys = [key for key, _ in keyed(items)]
    if wrong := [key for key in keys if not KEY.match(key)]:
        raise ValueError(f"“{wrong[0]}” is no id of a {noun}: small letters, digits and hyphens")
    if doubled := [key for place, key in enumerate(keys) if key in keys[:place]]:
        raise ValueError(f"two {noun}s have the id “{doubled[0]}” (without one of its own, the first has a)")


@dataclass(frozen=True)
class Option:
    """One thing to choose, with its own reason: elaborated feedback is what works (doi 10.3102/0034654314564881)."""

    text: str
    feedback: str
    id: str = ""
    best: bool = False

    @property
    def feedback_html(self) -> str:
        return render_inline(self.feedback)

    @property
    def text_html(self) -> str:
        return render_inline(self.text)


@dataclass(frozen=True)
class Choice:
    """A retrieval question: choose one option, and read the reason that belongs to it."""

    id: str
    title: str
    prompt: str
    options: tuple[Option, ...]
    minutes: int = 2
    depth: str = "core"

    kind: ClassVar[str] = "choice"
    kind_label: ClassVar[Promise] = _("Choose one")
    template: ClassVar[str] = "training/activities/choice.html"

    def __post_init__(self) -> None:
        if not 2 <= len(self.options) <= 6:
            raise ValueError(f"a choice has 2 to 6 options, this one has {len(self.options)}")
        if not any(option.best for option in self.options):
            raise ValueError("no option is marked “best: true”")
        check_depth(self.depth)

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    @property
    def lettered(self) -> tuple[tuple[str, Option], ...]:
        """Options with their permanent ids: the author's, or a letter by position."""
        return tuple((option.id or chr(97 + place), option) for place, option in enumerate(self.options))

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = forms.Form(data, prefix=self.id, initial=value or {})
        form.fields["choice"] = forms.ChoiceField(
            choices=[(key, option.text) for key, option in self.lettered],
            required=False,
            label=self.title,
            error_messages=NOT_THERE,
        )
        return form

    def is_answered(self, value: Value) -> bool:
        return value.get("choice") in dict(self.lettered)

    def feedback(self, value: Value) -> Option | None:
        """The chosen option, whose reason is shown; None before a choice."""
        return dict(self.lettered).get(value.get("choice", ""))

    def summary(self, value: Value) -> str:
        chosen = self.feedback(value)
        return chosen.text if chosen else ""


@dataclass(frozen=True)
class PollOption:
    """One answer of a mini-survey. No answer is better than another; the comment says what it may mean."""

    text: str
    comment: str = ""
    id: str = ""

    @property
    def text_html(self) -> str:
        return render_inline(self.text)

    @property
    def comment_html(self) -> str:
        return render_inline(self.comment)


@dataclass(frozen=True)
class Poll:
    """A mini-survey: choose, then see how others answered (training/polls.py keeps their votes apart from them)."""

    id: str
    title: str
    prompt: str
    options: tuple[PollOption, ...]
    minutes: int = 1
    depth: str = "core"

    kind: ClassVar[str] = "poll"
    kind_label: ClassVar[Promise] = _("How do you do it?")
    template: ClassVar[str] = "training/activities/poll.html"

    def __post_init__(self) -> None:
        if not 2 <= len(self.options) <= 7:
            raise ValueError(f"a poll has 2 to 7 options, this one has {len(self.options)}")
        check_keys(self.options, "option")
        check_depth(self.depth)

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    @property
    def lettered(self) -> tuple[tuple[str, PollOption], ...]:
        return keyed(self.options)

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = forms.Form(data, prefix=self.id, initial=value or {})
        form.fields["choice"] = forms.ChoiceField(
            choices=[(key, option.text) for key, option in self.lettered],
            required=False,
            label=self.title,
            error_messages=NOT_THERE,
        )
        return form

    def is_answered(self, value: Value) -> bool:
        return value.get("choice") in dict(self.lettered)

    def feedback(self, value: Value) -> PollOption | None:
        """The chosen option, whose comment is shown; None before a choice."""
        return dict(self.lettered).get(value.get("choice", ""))

    def summary(self, value: Value) -> str:
        chosen = self.feedback(value)
        return chosen.text if chosen else ""


@dataclass(frozen=True)
class Statement:
    """One thing to rate oneself on. `low` is what to do about a low rating, `high` what to do with a high one."""

    text: str
    low: str
    high: str = ""
    id: str = ""


@dataclass(frozen=True)
class Band:
    """What a score from here on means, and what to do next. An author writes the key `from`."""

    from_: int
    title: str
    text: str

    @property
    def text_html(self) -> str:
        return render_inline(self.text)


@dataclass(frozen=True)
class Rated:
    """A statement with the rating it was given: the number of a point as text, or nothing."""

    key: str
    statement: Statement
    rating: str
    point: str
    advice: str

    @property
    def advice_html(self) -> str:
        return render_inline(self.advice)


@dataclass(frozen=True)
class Standing:
    """What a self-assessment says back: the ratings so far, and once there are all of them the score and its band.

    `percent` is the score's share of the highest one, for the drawing.
    """

    rows: tuple[Rated, ...]
    score: str = ""
    percent: int = 0
    band: Band | None = None

    @property
    def rated(self) -> int:
        return sum(bool(row.rating) for row in self.rows)


@dataclass(frozen=True)
class Scale:
    """A self-assessment: statements rated one by one on named points, the lowest first; the first point counts 1."""

    id: str
    title: str
    prompt: str
    points: tuple[str, ...]
    statements: tuple[Statement, ...]
    bands: tuple[Band, ...]
    score: str = "sum"
    minutes: int = 4
    depth: str = "core"

    kind: ClassVar[str] = "scale"
    kind_label: ClassVar[Promise] = _("Where do you stand?")
    template: ClassVar[str] = "training/activities/scale.html"

    def __post_init__(self) -> None:
        if not 3 <= len(self.points) <= 6:
            raise ValueError(f"a scale has 3 to 6 named points, this one has {len(self.points)}")
        if len(set(self.points)) < len(self.points):
            raise ValueError("two points of the scale have the same name")
        if not 2 <= len(self.statements) <= 20:
            raise ValueError(f"a scale has 2 to 20 statements, this one has {len(self.statements)}")
        if self.score not in ("sum", "mean"):
            raise ValueError(f"score is “sum” or “mean”, not “{self.score}”")
        self._check_bands()
        check_keys(self.statements, "statement")
        check_depth(self.depth)

    def _check_bands(self) -> None:
        starts = [band.from_ for band in self.bands]
        lowest = len(self.statements) if self.score == "sum" else 1
        if len(starts) < 2:
            raise ValueError("a scale has at least two bands")
        if starts[0] != lowest:
            raise ValueError(
                f"the first band starts from {lowest}, the lowest score there can be, not {starts[0]}"
            )
        if starts != sorted(set(starts)) or starts[-1] > lowest * len(self.points):
            raise ValueError(
                f"bands go up, each from a higher score, the last from at most {lowest * len(self.points)}"
            )

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    @property
    def numbered_points(self) -> tuple[tuple[str, str], ...]:
        return tuple((str(number), point) for number, point in enumerate(self.points, start=1))

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = forms.Form(data, prefix=self.id, initial=value or {})
        for key, statement in keyed(self.statements):
            form.fields[key] = forms.ChoiceField(
                choices=self.numbered_points, required=False, label=statement.text, error_messages=NOT_THERE
            )
        return form

    def is_answered(self, value: Value) -> bool:
        return all(value.get(key) in dict(self.numbered_points) for key, _ in keyed(self.statements))

    def feedback(self, value: Value) -> Standing:
        points = dict(self.numbered_points)
        rows = []
        for key, statement in keyed(self.statements):
            rating = value.get(key, "") if value.get(key) in points else ""
            advice = "" if not rating else statement.low if self._is_low(rating) else statement.high
            rows.append(Rated(key, statement, rating, points.get(rating, ""), advice))
        if not self.is_answered(value):
            return Standing(tuple(rows))
        total = sum(int(row.rating) for row in rows)
        most = len(self.points)
        score = total if self.score == "sum" else total / len(rows)
        said = gettext("%(score)s of %(most)s") % (
            {"score": total, "most": most * len(rows)}
            if self.score == "sum"
            else {"score": f"{score:.1f}", "most": most}
        )
        band = [band for band in self.bands if band.from_ <= score][-1]
        return Standing(tuple(rows), said, round(100 * total / (most * len(rows))), band)

    def _is_low(self, rating: str) -> bool:
        """In the lower half of the points; a point in the middle is not low."""
        return int(rating) * 2 <= len(self.points)

    def summary(self, value: Value) -> str:
        """One line a rated statement; the score and its band at the end."""
        standing = self.feedback(value)
        lines = [f"{row.statement.text}: {row.point}" for row in standing.rows if row.rating]
        if standing.band:
            lines.append(f"{standing.score}: {standing.band.title}")
        return "\n".join(lines)
