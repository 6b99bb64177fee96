"""Cards to place: into categories, in an order, on a map. Nothing is dragged: every move is a button or a choice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from training.activities.common import Value, check_depth
from training.activities.questions import NOT_THERE, check_keys, keyed
from training.markdown import render_inline

NAME_TOO_LONG = {
    "max_length": ngettext_lazy(
        "A name has at most %(limit_value)d character here; this one has %(show_value)d.",
        "A name has at most %(limit_value)d characters here; this one has %(show_value)d.",
        "limit_value",
    )
}
MIDDLE = _(
    "Not clearly in any corner. Which way has it moved lately, and which way would you like it to move?"
)


@dataclass(frozen=True)
class Category:
    text: str
    id: str = ""


@dataclass(frozen=True)
class Card:
    """Something to sort. It belongs to one category, and may fit into more (`also`): ids of categories."""

    text: str
    category: str
    feedback: str
    also: tuple[str, ...] = ()
    id: str = ""

    @property
    def feedback_html(self) -> str:
        return render_inline(self.feedback)


@dataclass(frozen=True)
class Sorted:
    """A card where it was put. `fits` says whether it belongs there; `verdict` says so in words."""

    key: str
    card: Card
    category: str
    fits: bool
    verdict: str


@dataclass(frozen=True)
class SortView:
    rows: tuple[Sorted, ...]

    @property
    def placed(self) -> int:
        return sum(bool(row.category) for row in self.rows)

    @property
    def fitting(self) -> int:
        return sum(row.fits for row in self.rows)


@dataclass(frozen=True)
class Sort:
    """Cards into two to four categories, card by card."""

    id: str
    title: str
    prompt: str
    categories: tuple[Category, ...]
    cards: tuple[Card, ...]
    minutes: int = 3
    depth: str = "core"

    kind: ClassVar[str] = "sort"
    kind_label: ClassVar[Promise] = _("Sort the cards")
    template: ClassVar[str] = "training/activities/sort.html"

    def __post_init__(self) -> None:
        if not 2 <= len(self.categories) <= 4:
            raise ValueError(
                f"cards are sorted into 2 to 4 categories, here there are {len(self.categories)}"
            )
        if not 2 <= len(self.cards) <= 12:
            raise ValueError(f"there are 2 to 12 cards to sort, here there are {len(self.cards)}")
        check_keys(self.categories, "category")
        check_keys(self.cards, "card")
        names = dict(self.named)
        for card in self.cards:
            if unknown := [name for name in (card.category, *card.also) if name not in names]:
                raise ValueError(
                    f"the card “{card.text}” names the category “{unknown[0]}”; there are {', '.join(names)}"
                )
            if card.category in card.also:
                raise ValueError(f"the card “{card.text}” names its category under “also” once more")
        check_depth(self.depth)

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """(id, text) of each category."""
        return tuple((key, category.text) for key, category in keyed(self.categories))

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = forms.Form(data, prefix=self.id, initial=value or {})
        for key, card in keyed(self.cards):
            form.fields[key] = forms.ChoiceField(
                choices=self.named, required=False, label=card.text, error_messages=NOT_THERE
            )
        return form

    def is_answered(self, value: Value) -> bool:
        return all(value.get(key) in dict(self.named) for key, _ in keyed(self.cards))

    def feedback(self, value: Value) -> SortView:
        return SortView(tuple(self._sorted(key, card, value.get(key, "")) for key, card in keyed(self.cards)))

    def _sorted(self, key: str, card: Card, category: str) -> Sorted:
        names = dict(self.named)
        if category not in names:
            return Sorted(key, card, "", False, "")
        if category != card.category and category not in card.also:
            ours = {"category": names[card.category]}
            return Sorted(key, card, category, False, gettext("We would put it under “%(category)s”") % ours)
        others = [names[name] for name in (card.category, *card.also) if name != category]
        return Sorted(key, card, category, True, _fits_too(others) if others else gettext("It fits here"))

    def summary(self, value: Value) -> str:
        """One line a category that holds cards."""
        rows = self.feedback(value).rows
        lines = []
        for key, name in self.named:
            if cards := [row.card.text for row in rows if row.category == key]:
                lines.append(f"{name}: {'; '.join(cards)}")
        return "\n".join(lines)


def _fits_too(categories: list[str]) -> str:
    """That a card fits where it was put, and into these others."""
    quoted = [gettext("“%(category)s”") % {"category": category} for category in categories]
    one_and_other = gettext("%(one)s and %(other)s")
    listed = reduce(lambda one, other: one_and_other % {"one": one, "other": other}, quoted)
    return gettext("It fits here, and under %(categories)s too") % {"categories": listed}


@dataclass(frozen=True)
class Item:
    """Something to put in order, with the reason for the place that the author gives it."""

    text: str
    feedback: str
    id: str = ""

    @property
    def text_html(self) -> str:
        return render_inline(self.text)

    @property
    def feedback_html(self) -> str:
        return render_inline(self.feedback)


@dataclass(frozen=True)
class Ranked:
    """An item with its place in the mentor's order and in the author's, both counted from 1."""

    key: str
    item: Item
    place: int
    our_place: int


@dataclass(frozen=True)
class RankView:
    """The items in the mentor's order and in ours. `is_final`: the two may be compared."""

    rows: tuple[Ranked, ...]
    is_final: bool

    @property
    def order(self) -> str:
        return ",".join(row.key for row in self.rows)

    @property
    def ours(self) -> list[Ranked]:
        return sorted(self.rows, key=lambda row: row.our_place)


@dataclass(frozen=True)
class Rank:
    """Items to put in order by moving them up and down; then the author's order, which is the order of the file.

    `first` and `last` say what the two ends mean; without them, “First” and “Last”.
    """

    id: str
    title: str
    prompt: str
    items: tuple[Item, ...]
    first: str = ""
    last: str = ""
    minutes: int = 3
    depth: str = "core"

    kind: ClassVar[str] = "rank"
    kind_label: ClassVar[Promise] = _("Put in order")
    template: ClassVar[str] = "training/activities/rank.html"

    def __post_init__(self) -> None:
        if not 3 <= len(self.items) <= 8:
            raise ValueError(f"there are 3 to 8 items to put in order, here there are {len(self.items)}")
        check_keys(self.items, "item")
        check_depth(self.depth)

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    @property
    def keys(self) -> list[str]:
        """The items' ids in the author's order."""
        return [key for key, _ in keyed(self.items)]

    @property
    def start(self) -> list[str]:
        """The order one finds: mixed, the same for everybody and at every time, and never the author's."""
        mixed = sorted(self.keys, key=lambda key: hashlib.sha256(f"{self.id}/{key}".encode()).digest())
        return mixed if mixed != self.keys else mixed[::-1]

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """An order kept earlier, fitted to the items there are now: what is new comes last."""
        known = [key for key in dict.fromkeys(keys) if key in self.keys]
        return [*known, *(key for key in self.start if key not in known)]

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        return RankForm(self, data, value)

    def is_answered(self, value: Value) -> bool:
        return bool(value.get("is_final"))

    def feedback(self, value: Value) -> RankView:
        items = dict(keyed(self.items))
        rows = [
            Ranked(key, items[key], place, self.keys.index(key) + 1)
            for place, key in enumerate(self.in_order(value.get("order", [])), start=1)
        ]
        return RankView(tuple(rows), self.is_answered(value))

    def summary(self, value: Value) -> str:
        """One numbered line an item; nothing while the items lie as they were found."""
        rows = self.feedback(value).rows if value else ()
        return "\n".join(f"{row.place}. {row.item.text}" for row in rows)


class RankForm(forms.Form):
    """The order so far, and the button pressed: an item's id with up or down, `compare`, or `change`.

    Everything that comes is fitted to the items there are, so that a page left open over a change still saves.
    cleaned_data is {"order": [ids], "is_final": bool}, or empty where nothing was moved; `said` tells what the button did.
    """

    order = forms.CharField(required=False)
    final = forms.CharField(required=False)
    move = forms.CharField(required=False)

    def __init__(self, rank: Rank, data: Any, value: Value | None) -> None:
        super().__init__(data, prefix=rank.id, initial=value or {})
        self.rank = rank
        self.said = ""

    def clean(self) -> Value:
        order = self.rank.in_order(self.cleaned_data["order"].split(","))
        key, _, way = self.cleaned_data["move"].partition(":")
        if key in order and way in ("up", "down"):
            self._move(order, key, -1 if way == "up" else 1)
        is_final = key == "compare" or (key != "change" and self.cleaned_data["final"] == "yes")
        if key == "compare":
            self.said = gettext("Your order is kept. Ours follows, with a reason for each place.")
        elif key == "change":
            self.said = gettext("You can move the items again.")
        # An order that lies as it was found is no answer to keep
        return {"order": order, "is_final": is_final} if is_final or order != self.rank.start else {}

    def _move(self, order: list[str], key: str, step: int) -> None:
        place = order.index(key)
        target = min(max(place + step, 0), len(order) - 1)
        order.insert(target, order.pop(place))
        now = {"item": dict(keyed(self.rank.items))[key].text, "place": target + 1, "all": len(order)}
        self.said = (
            gettext("%(item)s: now %(place)d of %(all)d") % now
            if target != place
            else gettext("%(item)s: still %(place)d of %(all)d") % now
        )


@dataclass(frozen=True)
class Axis:
    """One of the two scales of a map, from 1 to 5. `low` and `high` say what its ends mean."""

    name: str
    low: str
    high: str
    question: str = ""

    @property
    def ends(self) -> tuple[tuple[str, str], ...]:
        """(number, what it means): the ends have words, the steps between them none."""
        return (("1", self.low), ("2", ""), ("3", ""), ("4", ""), ("5", self.high))


@dataclass(frozen=True)
class Quadrant:
    title: str
    text: str

    def __post_init__(self) -> None:
        if len(self.title) > 16:
            raise ValueError(
                f"the title of a corner has at most 16 characters to fit the drawing: “{self.title}”"
            )

    @property
    def text_html(self) -> str:
        return render_inline(self.text)


@dataclass(frozen=True)
class Quadrants:
    """The four corners as they are drawn."""

    top_left: Quadrant
    top_right: Quadrant
    bottom_left: Quadrant
    bottom_right: Quadrant

    @property
    def titles(self) -> str:
        corners = (self.top_left, self.top_right, self.bottom_left, self.bottom_right)
        return ", ".join(corner.title for corner in corners)

    def at(self, up: int, across: int) -> tuple[Quadrant, ...]:
        """One quadrant; the two beside a line on it; all four in the middle."""
        columns = [name for name, is_there in (("left", across <= 3), ("right", across >= 3)) if is_there]
        rows = [name for name, is_there in (("top", up >= 3), ("bottom", up <= 3)) if is_there]
        return tuple(getattr(self, f"{row}_{column}") for row in rows for column in columns)


@dataclass(frozen=True)
class Place:
    """One relationship on the map: its name and where it is (1 to 5, or "" where not chosen yet)."""

    number: int
    name: str
    up: str
    across: str
    quadrants: tuple[Quadrant, ...]
    nudge: int = 0

    @property
    def is_placed(self) -> bool:
        return bool(self.quadrants)

    @property
    def called(self) -> str:
        return self.name.strip() or gettext("Relationship %(number)s") % {"number": self.number}

    @property
    def where(self) -> str:
        """Where it is, in words."""
        titles = [quadrant.title for quadrant in self.quadrants]
        if len(titles) == 4:
            return gettext("In the middle")
        if len(titles) == 1:
            return titles[0]
        return gettext("Between %(one)s and %(other)s") % {"one": titles[0], "other": titles[1]}

    # The drawing is 340 wide; its square begins at (44, 12), and a step of a scale is 56
    @property
    def x(self) -> int:
        return 44 + 28 + (int(self.across) - 1) * 56 + self.nudge

    @property
    def y(self) -> int:
        return 12 + 28 + (5 - int(self.up)) * 56


@dataclass(frozen=True)
class MatrixView:
    places: tuple[Place, ...]

    @property
    def placed(self) -> list[Place]:
        return [place for place in self.places if place.is_placed]

    @property
    def corners(self) -> set[Quadrant]:
        """The corners that hold something."""
        return {quadrant for place in self.placed for quadrant in place.quadrants}


@dataclass(frozen=True)
class Matrix:
    """Relationships placed on a map of two scales, drawn as a square with four named quadrants."""

    id: str
    title: str
    prompt: str
    up: Axis
    across: Axis
    quadrants: Quadrants
    middle: str = ""
    places: int = 1
    minutes: int = 3
    depth: str = "core"

    kind: ClassVar[str] = "matrix"
    kind_label: ClassVar[Promise] = _("Place it on the map")
    template: ClassVar[str] = "training/activities/matrix.html"
    most_characters: ClassVar[int] = 60

    def __post_init__(self) -> None:
        if not 1 <= self.places <= 3:
            raise ValueError(f"places is 1, 2 or 3, not {self.places}")
        if self.up.name == self.across.name:
            raise ValueError(f"both scales are called “{self.up.name}”")
        check_depth(self.depth)

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    @property
    def middle_html(self) -> str:
        return render_inline(self.middle or str(MIDDLE))

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = forms.Form(data, prefix=self.id, initial=value or {})
        numbers = [(str(number), str(number)) for number in range(1, 6)]
        for place in range(1, self.places + 1):
            form.fields[f"name_{place}"] = forms.CharField(
                required=False,
                label=_("Whom do you have in mind?"),
                max_length=self.most_characters,
                error_messages=NAME_TOO_LONG,
            )
            for axis in ("up", "across"):
                form.fields[f"{axis}_{place}"] = forms.ChoiceField(
                    choices=numbers, required=False, error_messages=NOT_THERE
                )
        return form

    def is_answered(self, value: Value) -> bool:
        return bool(self.feedback(value).placed)

    def feedback(self, value: Value) -> MatrixView:
        places: list[Place] = []
        for number in range(1, self.places + 1):
            name, up, across = (str(value.get(f"{field}_{number}", "")) for field in ("name", "up", "across"))
            is_placed = bool(up and across)
            quadrants = self.quadrants.at(int(up), int(across)) if is_placed else ()
            # Two at one point stand side by side
            beside = sum((other.up, other.across) == (up, across) for other in places) if is_placed else 0
            places.append(Place(number, name, up, across, quadrants, 18 * beside))
        return MatrixView(tuple(places))

    def summary(self, value: Value) -> str:
        """One line a relationship that has been placed."""
        line = gettext("%(called)s: %(up)s %(high)s of 5, %(across)s %(wide)s of 5. %(where)s")
        axes = {"up": self.up.name, "across": self.across.name}
        return "\n".join(
            line
            % {**axes, "called": place.called, "high": place.up, "wide": place.across, "where": place.where}
            for place in self.feedback(value).placed
        )
