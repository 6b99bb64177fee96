"""Between the instrument and the survey's pages: what to draw, and what was sent.

The form is drawn by the templates' own loops from `Field`s; Django's forms and widgets have no part in it,
because drawing 300 inputs through widgets takes four times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.instrument import LEFT_BLANK, NOT_SHOWN, TICKED, Instrument, Page, Question

TEXT_LIMIT = 5000
CODE_LIMIT = 60


class TamperedFormError(Exception):
    """The form was sent with a value that its page does not offer."""


@dataclass(frozen=True)
class Choice:
    name: str
    value: int
    label: str
    is_chosen: bool

    @property
    def anchor(self) -> str:
        """What a point of a numbered scale is called, if anything."""
        return "" if self.label == str(self.value) else self.label


@dataclass(frozen=True)
class Field:
    """A question as drawn: one row of choices, two for a pair (each with its legend), none for text."""

    question: Question
    rows: tuple[tuple[str, tuple[Choice, ...]], ...]
    value: str
    error: str
    condition: str

    @property
    def template(self) -> str:
        return {"pair": "_pair.html", "text": "_text.html", "code": "_text.html"}.get(
            self.question.kind, "_choices.html"
        )


@dataclass(frozen=True)
class Filled:
    """A form as sent. `values`: what to redraw, by field name. `errors`: what stands in the way, likewise."""

    values: Mapping[str, str]
    answers: dict[str, int]
    texts: dict[str, str]
    code: str
    errors: Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One answer in words; `legend` names it where a question has two."""

    legend: str
    answer: str
    is_answered: bool


def draw(
    instrument: Instrument, values: Mapping[str, str], errors: Mapping[str, str]
) -> list[tuple[Page, list[Field]]]:
    """The pages of the form with what was filled in so far."""
    return [
        (page, [_field(instrument, question, values, errors) for question in page.questions])
        for page in instrument.pages
    ]


def read(instrument: Instrument, data: Mapping[str, str]) -> Filled:
    """What was sent, by field name. TamperedFormError for a code that its question does not have."""
    values = {
        variable.id: data[variable.id].replace("\r\n", "\n").replace("\0", "").strip()
        for variable in instrument.variables
        if variable.id in data
    }
    answers = _answers(instrument, values)
    shown = [question for question in instrument.questions if _is_shown(question, answers)]
    texts = {question.id: values.get(question.id, "") for question in shown if question.kind == "text"}
    codes = {question.id: values.get(question.id, "") for question in shown if question.kind == "code"}
    errors = {
        name: _too_long(len(text), limit)
        for fields, limit in ((texts, TEXT_LIMIT), (codes, CODE_LIMIT))
        for name, text in fields.items()
        if len(text) > limit
    }
    return Filled(values, answers, texts, "".join(codes.values()), errors)


def summarize(instrument: Instrument, filled: Filled) -> list[tuple[Page, list[tuple[Question, list[Line]]]]]:
    """All questions with what was answered, for reading through before sending and for keeping afterwards."""
    return [
        (page, [(question, _lines(question, filled)) for question in page.questions])
        for page in instrument.pages
    ]


def _too_long(length: int, room: int) -> str:
    return ngettext(
        "This is %(length)s character long; there is room for %(room)s. Please shorten it.",
        "This is %(length)s characters long; there is room for %(room)s. Please shorten it.",
        length,
    ) % {"length": f"{length:,}", "room": f"{room:,}"}


def _answers(instrument: Instrument, values: Mapping[str, str]) -> dict[str, int]:
    answers: dict[str, int] = {}
    for variable in instrument.response_variables:
        value = values.get(variable.id, "")
        if value and value not in {str(code) for code, _ in variable.codes}:
            raise TamperedFormError(variable.id)
        answers[variable.id] = int(value) if value else LEFT_BLANK
    for question in instrument.questions:
        if not _is_shown(question, answers):
            answers.update({v.id: NOT_SHOWN for v in question.variables if v.id in answers})
    instrument.settle_multis(answers)
    return answers


def _is_shown(question: Question, answers: Mapping[str, int]) -> bool:
    return question.shown_if is None or answers.get(question.shown_if[0]) == question.shown_if[1]


def _field(
    instrument: Instrument, question: Question, values: Mapping[str, str], errors: Mapping[str, str]
) -> Field:
    if question.kind == "multi":
        rows = [("", [(option.id, option.code, option.label) for option in question.options])]
    else:
        rows = [
            (legend, [(variable.id, option.code, option.label) for option in question.options])
            for legend, variable in zip(question.rows or ("",), question.variables, strict=True)
        ]
    return Field(
        question=question,
        rows=tuple(
            (legend, tuple(Choice(*choice, values.get(choice[0]) == str(choice[1])) for choice in choices))
            for legend, choices in rows
        ),
        value=values.get(question.id, ""),
        error=errors.get(question.id, ""),
        condition=_condition(instrument, question),
    )


def _condition(instrument: Instrument, question: Question) -> str:
    """In words, for whom a question is that not everybody is asked."""
    if question.shown_if is None:
        return ""
    label = dict(instrument.variable(question.shown_if[0]).codes)[question.shown_if[1]]
    return _("For those who answered “%(answer)s” to the question above.") % {"answer": label}


def _lines(question: Question, filled: Filled) -> list[Line]:
    if not _is_shown(question, filled.answers):
        written = any(filled.values.get(variable.id) for variable in question.variables)
        words = _("Will not be sent: see the question above.") if written else _("Not asked")
        return [Line("", words, False)]
    if question.kind == "multi":
        ticked = [option.label for option in question.options if filled.answers[option.id] == TICKED]
        return [Line("", ", ".join(ticked), bool(ticked))]
    if question.kind in ("text", "code"):
        words = filled.values.get(question.id, "")
        return [Line("", words, bool(words))]
    lines = []
    for legend, variable in zip(question.rows or ("",), question.variables, strict=True):
        code = filled.answers[variable.id]
        label = dict(variable.codes).get(code, "")
        is_scale = question.kind == "pair" and label not in ("", str(code))
        lines.append(Line(legend, f"{code} ({label})" if is_scale else label, bool(label)))
    return lines
