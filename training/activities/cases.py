"""A case: a story, one's own thoughts first, and then how others see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from training.activities.common import Value, check_depth
from training.activities.writing import GroupedForm, letters, long_text
from training.markdown import render_inline


@dataclass(frozen=True)
class Prompt:
    """A question to answer in one's own words before reading on."""

    text: str
    id: str = ""
    rows: int = 4

    @cached_property
    def text_html(self) -> SafeString:
        return render_inline(self.text)


@dataclass(frozen=True)
class Voice:
    """How one person tells it, or sees it."""

    who: str
    text: str

    @cached_property
    def text_html(self) -> SafeString:
        return render_inline(self.text)


@dataclass(frozen=True)
class Prevention:
    """What could have kept it from happening: in which phase, and with which tool."""

    phase: str
    tool: str
    text: str

    @cached_property
    def text_html(self) -> SafeString:
        return render_inline(self.text)


@dataclass(frozen=True)
class Step:
    """A step of a discussion in a group."""

    minutes: int
    text: str


@dataclass(frozen=True)
class Discussion:
    """For those who discuss the case with a group. Learners do not see it; discussion packs do."""

    steps: tuple[Step, ...]
    notes: str = ""

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a discussion has at least one step")
        if any(step.minutes < 1 for step in self.steps):
            raise ValueError("each step of a discussion takes at least a minute")

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)


@dataclass(frozen=True)
class Written:
    """How far one is with a case, and whether the perspectives to compare with are shown."""

    written: int
    prompts: int
    is_open: bool


@dataclass(frozen=True)
class Case:
    """A story with prompts to answer in free text; then perspectives to compare with (doi 10.1007/s10648-018-9434-x)."""

    id: str
    title: str
    story: str
    prompts: tuple[Prompt, ...]
    perspectives: tuple[Voice, ...]
    prevention: Prevention
    discussion: Discussion
    sides: tuple[Voice, ...] = ()
    minutes: int = 12
    depth: str = "core"

    kind: ClassVar[str] = "case"
    kind_label: ClassVar[Promise] = _("Work through a case")
    template: ClassVar[str] = "training/activities/case.html"
    most_characters: ClassVar[int] = 10_000

    def __post_init__(self) -> None:
        check_depth(self.depth)
        if not 1 <= len(self.prompts) <= 5:
            raise ValueError(f"a case has 1 to 5 prompts, this one has {len(self.prompts)}")
        if len(self.perspectives) < 2:
            raise ValueError("a case has at least two perspectives to compare with")
        if len(self.sides) not in (0, 2):
            raise ValueError(f"a story is told from two sides or from none, not from {len(self.sides)}")
        if "seen" in dict(self.lettered):
            raise ValueError("“seen” cannot be the id of a prompt: it notes that the perspectives were shown")

    @cached_property
    def lettered(self) -> tuple[tuple[str, Prompt], ...]:
        return tuple(zip(letters(prompt.id for prompt in self.prompts), self.prompts, strict=True))

    @cached_property
    def story_html(self) -> SafeString:
        return render_inline(self.story)

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        """A text a prompt, and `seen`: once shown, the perspectives stay, also while one rewrites a text."""
        form = GroupedForm(data, prefix=self.id, initial=value or {})
        for key, prompt in self.lettered:
            form.add_group(prompt, {key: long_text(prompt.text, self.most_characters)})
        form.fields["seen"] = forms.BooleanField(required=False)
        return form

    def feedback(self, value: Value) -> Written:
        written = sum(bool(value.get(key, "").strip()) for key, _ in self.lettered)
        is_open = written == len(self.prompts) or bool(value.get("seen"))
        return Written(written, len(self.prompts), is_open)

    def is_answered(self, value: Value) -> bool:
        return self.feedback(value).written == len(self.prompts)

    def summary(self, value: Value) -> str:
        answers = [(prompt.text.strip(), value.get(key, "")) for key, prompt in self.lettered]
        return "\n\n".join(f"{prompt}\n{text}" for prompt, text in answers if text.strip())
