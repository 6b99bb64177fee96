"""Checks of the site as a whole: what no app could see by itself."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from evaluation import instrument
from evaluation.instrument import InstrumentError, Question
from training import content
from training.content import ContentError, Page

HINT = (
    "The course may not ask what the survey asks: two answers that match would tell whose survey it is "
    "(docs/adr/0001-anonymity.md). Ask something else, in other words and on other points."
)
MAY_REPEAT = {"title"}  # the job title, which registration asks too
# What is said back is no question; nor are ids and numbers
NOT_ASKED = {"id", "depth", "feedback", "comment", "low", "high", "reason"}
LEAST_WORDS = 5  # so short an item is a repeat only when it is the whole text
LEAST_POINTS = 3  # Yes and No belong to nobody


def check_repeats(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """opm.E001: each activity of the course that repeats an item or a scale of the survey."""
    try:
        courses = content.load_all().values()
        asked = [question for version in instrument.load_all() for question in version.questions]
    except (ContentError, InstrumentError):
        return []  # their own checks say what is wrong
    pages = {page.key: page for course in courses for page in course.pages}
    return [
        Error(f"{path_of(page)}: activity {activity.id}: {fault}", hint=HINT, id="opm.E001")
        for page in pages.values()
        for activity in page.activities
        for fault in repeats(activity, asked)
    ]


def path_of(page: Page) -> Path:
    path = Path(settings.CONTENT_DIR) / page.owner / page.section_id / f"{page.id}.md"
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def repeats(activity: Any, asked: list[Question]) -> list[str]:
    """What this activity repeats of the survey, in words. `activity` is one of training.activities."""
    texts = {normal(text): text for text in texts_of(activity)}
    lists = [{normal(text) for text in texts} for texts in lists_of(activity)]
    found: dict[str, None] = {}
    for question in asked:
        if question.id in MAY_REPEAT:
            continue
        for text in texts:
            if is_item(text, question):
                found[f"“{texts[text].strip()}” repeats the survey’s item {question.id}"] = None
        points = named_points(question)
        if len(points) >= LEAST_POINTS and any(points <= offered for offered in lists):
            found[f"its answers are those of the survey’s item {question.id}"] = None
    return list(found)


def is_item(text: str, question: Question) -> bool:
    """Whether a normal text is an item or its label, or holds a rated item within other words."""
    items = {normal(question.text), normal(question.label)}
    is_rated = question.kind in ("rating", "pair")
    return text in items or (
        is_rated and any(len(item.split()) >= LEAST_WORDS and f" {item} " in f" {text} " for item in items)
    )


def named_points(question: Question) -> set[str]:
    """The answers of a question that are words: a scale's anchors, without the bare numbers between them."""
    return {normal(option.label) for option in question.options if not option.label.isdigit()}


def normal(text: str) -> str:
    """Only the words, in small letters: neither marks nor emphasis make a text another one."""
    return " ".join(re.findall(r"\w+", re.sub(r"[’'*_`]", "", text).casefold()))


def texts_of(value: Any) -> Iterator[str]:
    """Every text of an activity that asks something, however deep it lies."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts_of(tuple(value.values()))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in NOT_ASKED:
                yield from texts_of(getattr(value, field.name))


def lists_of(value: Any) -> Iterator[list[str]]:
    """Every list of short texts to choose from: of texts themselves, or of things that have a text."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        yield [text for item in value if isinstance(text := getattr(item, "text", item), str)]
        for item in value:
            yield from lists_of(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from lists_of(getattr(value, field.name))
