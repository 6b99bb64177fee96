"""Questions to answer by choosing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from training.activities.common import Value, check_depth
from training.markdown import render_inline


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
    kind_label: ClassVar[str] = "Choose one"
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
            error_messages={"invalid_choice": "That is not one of the options. Please choose again."},
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
