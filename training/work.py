"""What a mentor does on a page: each activity as they meet it, and keeping what they posted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.forms.utils import ErrorList
from django.http import QueryDict

from registration.http import AuthenticatedHttpRequest
from training.activities import Activity, Value
from training.content import Page
from training.models import Answer
from training.standing import Kept
from training.two_devices import Over, Stamp, digest, own_words, with_plain_newlines


@dataclass
class Work:
    """One activity on the page as this mentor meets it: their answer, its form, what it says back."""

    activity: Activity
    bound: forms.Form | None  # as it was posted; else the form is filled from the value when it is asked for
    value: Value
    stamp: str = ""
    other_value: Value | None = None
    is_kept: bool = False  # now, from what was posted
    is_newly_answered: bool = False
    is_visitors: bool = False  # waits in a session, not in an account

    @classmethod
    def of(cls, activity: Activity, kept: Kept | None, *, is_visitors: bool = False) -> Work:
        value, version, other = (kept.value or {}, kept.version, kept.other_value) if kept else ({}, 0, None)
        return cls(activity, None, value, str(Stamp.of(version, value)), other, is_visitors=is_visitors)

    @cached_property
    def form(self) -> forms.Form:
        return self.bound or self.activity.form(value=self.value)

    @property
    def other_texts(self) -> list[tuple[str, str]]:
        """What another device wrote at the same time, with the label of its field."""
        fields = self.form.fields
        return [
            (str(fields[name].label or ""), text)
            for name, text in (self.other_value or {}).items()
            if name in fields
        ]

    @property
    def other_seen(self) -> str:
        """So that a choice between two texts cannot drop one that came in after they were shown."""
        return digest(self.other_value or {})

    @property
    def over(self) -> Over | None:
        """What this answer was written over; None from a form that does not tell."""
        stamp = Stamp.read(self.stamp)
        return Over(stamp, own_words(self.form, self.value)) if stamp else None

    def is_new(self, posted: QueryDict, is_alone: bool) -> bool:
        """Whether there is something to keep. A page's form brings all its activities, changed or not."""
        over = self.over
        if not self.form.fields or over is None:
            return any(name.startswith(f"{self.activity.id}-") for name in posted) and bool(self.form.fields)
        is_asked = is_alone and over.stamp.version > 0
        return is_asked or over.stamp.digest != digest(self.value) or f"{self.activity.id}-words" in posted

    def choice_of_words(self, posted: QueryDict, other: Value | None) -> str:
        """How a conflict is to end (two_devices.chosen), if what the mentor saw is still all there is; else nothing."""
        words, _, seen = posted.get(f"{self.activity.id}-words", "").partition(".")
        return words if words in ("mine", "other", "both") and seen == digest(other or {}) else ""

    @property
    def feedback(self) -> Any:
        return self.activity.feedback(self.value) if hasattr(self.activity, "feedback") else None

    @property
    def is_answered(self) -> bool:
        return self.activity.is_answered(self.value)


def posted_works(posted: QueryDict, activities: Iterable[Activity]) -> dict[str, Work]:
    """These activities as they were posted, by their ids."""
    works = {}
    for activity in activities:
        form = activity.form(posted)
        value = with_plain_newlines(form.cleaned_data) if form.is_valid() else {}
        works[activity.id] = Work(activity, form, value, posted.get(f"{activity.id}-version", ""))
    return works


def keep_answers(
    request: AuthenticatedHttpRequest, page: Page, activities: tuple[Activity, ...]
) -> tuple[dict[str, Work], bool]:
    """Keep what was posted for these activities, all or nothing. Returns them as posted, and whether they were kept."""
    works = posted_works(request.POST, activities)
    if any(work.form.errors for work in works.values()):
        return works, False
    is_alone = bool(request.htmx)
    new = {id_: work for id_, work in works.items() if work.is_new(request.POST, is_alone)}
    kept = Answer.objects.keep(
        request.user,
        page,
        {id_: work.value for id_, work in new.items()},
        {id_: work.is_answered for id_, work in new.items()},
        {id_: work.over for id_, work in new.items() if work.over},
    )
    for work in works.values():
        work.is_kept = True
    for id_, answer in kept.items():
        if words := works[id_].choice_of_words(request.POST, answer.other_value):
            answer.choose(words, works[id_].activity.is_answered)
        works[id_].stamp, works[id_].other_value = str(answer.stamp), answer.other_value
        works[id_].is_newly_answered = answer.is_newly_answered
    return works, True


def errors_in(works: dict[str, Work]) -> list[tuple[Activity, ErrorList]]:
    return [
        (work.activity, error)
        for work in works.values()
        if work.bound
        for error in work.bound.errors.values()
    ]
