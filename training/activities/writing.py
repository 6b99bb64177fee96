"""What a mentor writes in their own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from training.activities.common import Value, check_depth
from training.markdown import parser, render_inline

TOO_LONG = {
    "max_length": ngettext_lazy(
        "This is longer than the %(limit_value)d character we can keep "
        "(%(show_value)d now). Nothing is lost: shorten it here, then save again.",
        "This is longer than the %(limit_value)d characters we can keep "
        "(%(show_value)d now). Nothing is lost: shorten it here, then save again.",
        "limit_value",
    )
}
ENTRY_TOO_LONG = {
    "max_length": ngettext_lazy(
        "One entry is longer than the %(limit_value)d character we can keep there "
        "(%(show_value)d now). Nothing is lost: shorten it, then save again.",
        "One entry is longer than the %(limit_value)d characters we can keep there "
        "(%(show_value)d now). Nothing is lost: shorten it, then save again.",
        "limit_value",
    )
}


@dataclass(frozen=True)
class Reflect:
    """Free text, kept as the mentor wrote it."""

    id: str
    title: str
    prompt: str
    hint: str = ""
    rows: int = 5
    minutes: int = 4
    depth: str = "core"

    kind: ClassVar[str] = "reflect"
    kind_label: ClassVar[Promise] = _("Reflect")
    template: ClassVar[str] = "training/activities/reflect.html"
    most_characters: ClassVar[int] = 10_000

    def __post_init__(self) -> None:
        check_depth(self.depth)

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = forms.Form(data, prefix=self.id, initial=value or {})
        form.fields["text"] = forms.CharField(
            required=False,
            strip=False,
            label=self.title,
            max_length=self.most_characters,
            error_messages=TOO_LONG,
        )
        return form

    def is_answered(self, value: Value) -> bool:
        return bool(value.get("text", "").strip())

    def summary(self, value: Value) -> str:
        return str(value.get("text", ""))


def letters(ids: Iterable[str]) -> tuple[str, ...]:
    """Permanent ids of an author's list: the author's own, or a letter by position. Raises ValueError on a double."""
    letters = tuple(id_ or chr(97 + place) for place, id_ in enumerate(ids))
    if len(set(letters)) < len(letters):
        raise ValueError("two entries have the same id")
    return letters


def long_text(label: str, most: int, strip: bool = False) -> forms.CharField:
    return forms.CharField(
        required=False,
        strip=strip,
        label=label,
        max_length=most,
        error_messages=ENTRY_TOO_LONG,
    )


def _short_text(label: str, most: int) -> forms.CharField:
    return long_text(label, most, strip=True)


class GroupedForm(forms.Form):
    """A form that hands its template the fields in groups, each with what it belongs to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.belonging: list[tuple[Any, tuple[str, ...]]] = []

    def add_group(self, thing: Any, fields: Mapping[str, forms.Field]) -> None:
        self.fields.update(fields)
        self.belonging.append((thing, tuple(fields)))

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(thing, [self[name] for name in names]) for thing, names in self.belonging]


@dataclass(frozen=True)
class Item:
    """One thing to do, and perhaps how or why."""

    text: str
    hint: str = ""
    id: str = ""

    @cached_property
    def inline_html(self) -> SafeString:
        """Without a paragraph, which has no place in a label."""
        return mark_safe(parser().renderInline(self.text.strip(), {"cite": None}))

    @cached_property
    def hint_html(self) -> SafeString:
        return render_inline(self.hint)


@dataclass(frozen=True)
class OwnItem:
    """A line that a mentor adds to a checklist."""

    number: int
    text: str
    is_done: bool


@dataclass(frozen=True)
class Tally:
    """How far one is with a checklist."""

    done: int
    items: int
    ticked: frozenset[str]
    own: tuple[OwnItem, ...]


@dataclass(frozen=True)
class Checklist:
    """Things to tick off, kept and printable, with room for lines of one's own.

    The value: {"ticked": [item ids], "own_1": str, "own_1_done": bool, …}
    """

    id: str
    title: str
    prompt: str
    items: tuple[Item, ...]
    own: int = 2
    minutes: int = 3
    depth: str = "core"

    kind: ClassVar[str] = "checklist"
    kind_label: ClassVar[Promise] = _("Checklist")
    template: ClassVar[str] = "training/activities/checklist.html"

    def __post_init__(self) -> None:
        check_depth(self.depth)
        if not 2 <= len(self.items) <= 20:
            raise ValueError(f"a checklist has 2 to 20 items, this one has {len(self.items)}")
        if not 0 <= self.own <= 5:
            raise ValueError(f"a checklist has room for 0 to 5 items of one's own, not {self.own}")
        letters(item.id for item in self.items)

    @cached_property
    def prompt_html(self) -> SafeString:
        return render_inline(self.prompt)

    @cached_property
    def lettered(self) -> tuple[tuple[str, Item], ...]:
        return tuple(zip(letters(item.id for item in self.items), self.items, strict=True))

    @property
    def own_numbers(self) -> range:
        return range(1, self.own + 1)

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = GroupedForm(data, prefix=self.id, initial=value or {})
        form.fields["ticked"] = forms.MultipleChoiceField(
            choices=[(key, item.text) for key, item in self.lettered],
            required=False,
            label=self.title,
            error_messages={"invalid_choice": _("That is not one of the items. Please choose again.")},
        )
        label = gettext("My own item %(number)s")
        for number in self.own_numbers:
            text, done = _short_text(label % {"number": number}, 300), forms.BooleanField(required=False)
            form.add_group(number, {f"own_{number}": text, f"own_{number}_done": done})
        return form

    def feedback(self, value: Value) -> Tally:
        ticked = frozenset(value.get("ticked", ())) & {key for key, _ in self.lettered}
        own = tuple(
            OwnItem(number, value.get(f"own_{number}", ""), bool(value.get(f"own_{number}_done")))
            for number in self.own_numbers
        )
        written = [item for item in own if item.text.strip()]
        done = len(ticked) + sum(item.is_done for item in written)
        return Tally(done, len(self.items) + len(written), ticked, own)

    def is_answered(self, value: Value) -> bool:
        return self.feedback(value).done > 0

    def summary(self, value: Value) -> str:
        tally = self.feedback(value)
        if not tally.done and len(self.items) == tally.items:
            return ""
        lines = [(key in tally.ticked, item.text) for key, item in self.lettered]
        lines += [(item.is_done, item.text) for item in tally.own if item.text.strip()]
        return "\n".join(f"{'☑' if is_done else '☐'} {text.strip()}" for is_done, text in lines)


@dataclass(frozen=True)
class Support:
    """A kind of support that somebody should give, and what to do when nobody does."""

    text: str
    gap: str
    hint: str = ""
    id: str = ""

    @cached_property
    def gap_html(self) -> SafeString:
        return render_inline(self.gap)


@dataclass(frozen=True)
class Person:
    """Somebody on the map, and whether they give it, for each of the supports in the order of the rows."""

    name: str
    gives: tuple[bool, ...]
    supports: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(self.gives)

    @property
    def given(self) -> list[str]:
        return [support for support, is_given in zip(self.supports, self.gives, strict=True) if is_given]

    @property
    def width(self) -> int:
        return 16 * len(self.gives)

    @property
    def squares(self) -> tuple[tuple[int, bool], ...]:
        """For the drawing: x of each square, and whether it is filled."""
        return tuple((16 * place + 1, is_given) for place, is_given in enumerate(self.gives))


@dataclass(frozen=True)
class MapOverview:
    """What a mentoring map shows: who gives how much, and where nobody is."""

    people: tuple[Person, ...]
    gaps: tuple[Support, ...]
    supports: int

    @property
    def is_begun(self) -> bool:
        return bool(self.people)

    @property
    def leans_on(self) -> str:
        """The one person who gives more than half of at least four kinds of support."""
        most = max(self.people, key=lambda person: person.count, default=None)
        return most.name if most and self.supports >= 4 and most.count * 2 > self.supports else ""


@dataclass(frozen=True)
class Table:
    """A mentoring map: for each kind of support, who gives it. The value: {"<row id>_1": name, "<row id>_2": …}"""

    id: str
    title: str
    prompt: str
    rows: tuple[Support, ...]
    minutes: int = 6
    depth: str = "core"

    kind: ClassVar[str] = "table"
    kind_label: ClassVar[Promise] = _("Draw your map")
    template: ClassVar[str] = "training/activities/table.html"
    places: ClassVar[tuple[int, ...]] = (1, 2, 3)

    def __post_init__(self) -> None:
        check_depth(self.depth)
        if not 2 <= len(self.rows) <= 12:
            raise ValueError(f"a table has 2 to 12 rows, this one has {len(self.rows)}")
        letters(row.id for row in self.rows)

    @cached_property
    def prompt_html(self) -> SafeString:
        return render_inline(self.prompt)

    @cached_property
    def lettered(self) -> tuple[tuple[str, Support], ...]:
        return tuple(zip(letters(row.id for row in self.rows), self.rows, strict=True))

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = GroupedForm(data, prefix=self.id, initial=value or {})
        named = gettext("%(support)s: name %(number)s")
        for key, row in self.lettered:
            labels = {
                f"{key}_{place}": named % {"support": row.text, "number": place} for place in self.places
            }
            form.add_group(row, {name: _short_text(label, 80) for name, label in labels.items()})
        return form

    def names(self, value: Value, key: str) -> list[str]:
        """The names in a row, without blanks and doubles."""
        typed = (" ".join(value.get(f"{key}_{place}", "").split()) for place in self.places)
        return list({name.casefold(): name for name in typed if name}.values())

    def feedback(self, value: Value) -> MapOverview:
        """People are one and the same whose names differ in capitals only."""
        rows = [{name.casefold(): name for name in self.names(value, key)} for key, _ in self.lettered]
        first_spelling = {folded: name for row in reversed(rows) for folded, name in row.items()}
        supports = tuple(row.text for row in self.rows)
        people = [
            Person(name, tuple(folded in row for row in rows), supports)
            for folded, name in first_spelling.items()
        ]
        gaps = tuple(support for (_, support), row in zip(self.lettered, rows, strict=True) if not row)
        ordered = sorted(people, key=lambda person: (-person.count, person.gives.index(True), person.name))
        return MapOverview(tuple(ordered), gaps, len(self.rows))

    def is_answered(self, value: Value) -> bool:
        return any(self.names(value, key) for key, _ in self.lettered)

    def summary(self, value: Value) -> str:
        if not self.is_answered(value):
            return ""
        rows = [(row.text.strip(), ", ".join(self.names(value, key))) for key, row in self.lettered]
        nobody = gettext("nobody yet")
        return "\n".join(f"{support}: {names or nobody}" for support, names in rows)


@dataclass(frozen=True)
class IfThen:
    """Commitments tied to a moment (doi 10.1080/10463283.2024.2334563), proposed in the action plan.

    The value: {"situation_1": str, "action_1": str, …}
    """

    id: str
    title: str
    prompt: str
    places: int = 1
    situation_hint: str = ""
    action_hint: str = ""
    minutes: int = 4
    depth: str = "core"

    kind: ClassVar[str] = "if_then"
    kind_label: ClassVar[Promise] = _("If this happens, then I will …")
    template: ClassVar[str] = "training/activities/if_then.html"
    most_characters: ClassVar[int] = 2000

    def __post_init__(self) -> None:
        check_depth(self.depth)
        if not 1 <= self.places <= 3:
            raise ValueError(f"there is room for 1 to 3 commitments, not {self.places}")

    @cached_property
    def prompt_html(self) -> SafeString:
        return render_inline(self.prompt)

    @property
    def numbers(self) -> range:
        return range(1, self.places + 1)

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        """Half a commitment is no fault here: it saves itself while one is still writing the other half."""
        form = GroupedForm(data, prefix=self.id, initial=value or {})
        situation, action = gettext("If …"), gettext("… then I will …")
        for number in self.numbers:
            labels = {f"situation_{number}": situation, f"action_{number}": action}
            fields = {name: _short_text(label, self.most_characters) for name, label in labels.items()}
            form.add_group(number, fields)
        return form

    def feedback(self, value: Value) -> list[dict[str, str]]:
        """The whole commitments, as ActionPlan keeps them."""
        pairs = [
            {name: value.get(f"{name}_{number}", "").strip() for name in ("situation", "action")}
            for number in self.numbers
        ]
        return [pair for pair in pairs if pair["situation"] and pair["action"]]

    def is_answered(self, value: Value) -> bool:
        return bool(self.feedback(value))

    def summary(self, value: Value) -> str:
        """Halves too: whatever was written."""
        lines = []
        for number in self.numbers:
            situation, action = (
                value.get(f"{name}_{number}", "").strip() or "…" for name in ("situation", "action")
            )
            if (situation, action) != ("…", "…"):
                words = {"situation": situation, "action": action}
                lines.append(gettext("If %(situation)s, then I will %(action)s") % words)
        return "\n".join(lines)
