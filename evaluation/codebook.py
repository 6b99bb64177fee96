"""The codebook: what each column of an export means."""

from __future__ import annotations

from evaluation.exporting import TITLE_GROUPS, YEARS_GROUPS, ratings_variables
from evaluation.instrument import (
    LEFT_BLANK,
    MISSING_CODES,
    NOT_SHOWN,
    SUPPRESSED,
    Instrument,
    Question,
    Variable,
)
from evaluation.reports.printing import Table

COLUMNS = ("variable", "question", "label", "kind", "values", "missing", "shown_to", "instrument")
STAMPS = {
    "instrument": "Survey and version that the response was given to",
    "edition": "Edition of the module",
    "quarter": "Quarter in which the response was released; for imported ones, in which it was submitted",
}
GROUPED = {
    "title_group": ("title", "Title in five groups; of several titles the lowest group counts", TITLE_GROUPS),
    "years_group": ("years", "Years of experience in three groups", YEARS_GROUPS),
}


def codebook(asked: Instrument, profile: str = "full") -> Table:
    """One row a column of the export, in its order. profile: full or ratings."""
    rows = [_stamp_row(name, asked) for name in STAMPS if profile == "full" or name != "quarter"]
    if profile == "full":
        rows += [_variable_row(variable, asked) for variable in asked.variables]
        rows += [_grouped_row(name, asked) for name in GROUPED]
    else:
        rows += [
            _grouped_row(name, asked) if name in GROUPED else _variable_row(asked.variable(name), asked)
            for name in ratings_variables(asked)
        ]
    return Table(f"Codebook of {asked.name}", COLUMNS, tuple(rows))


def source_notes(asked: Instrument) -> list[str]:
    return [f"{asked.title}, {asked.name}. Items and scales: {asked.source}"]


def _stamp_row(name: str, asked: Instrument) -> tuple[str, ...]:
    return name, STAMPS[name], STAMPS[name], "stamp", "", "", "", asked.name


def _variable_row(variable: Variable, asked: Instrument) -> tuple[str, ...]:
    question = asked.question(variable.question)
    return (
        variable.id,
        question.text,
        variable.label,
        variable.kind,
        _values(dict(variable.codes)),
        _missing(LEFT_BLANK, NOT_SHOWN) if variable.codes else "",
        _shown_to(question),
        asked.name,
    )


def _grouped_row(name: str, asked: Instrument) -> tuple[str, ...]:
    question, label, groups = GROUPED[name]
    missing = _missing(LEFT_BLANK, NOT_SHOWN, SUPPRESSED)
    return (
        name,
        asked.question(question).text,
        label,
        "group",
        _values(groups),
        missing,
        "everybody",
        asked.name,
    )


def _values(codes: dict[int, str]) -> str:
    return "; ".join(
        str(code) if str(code) == label else f"{code} = {label}" for code, label in codes.items()
    )


def _missing(*codes: int) -> str:
    return "; ".join(f"{MISSING_CODES[code]} = {code}" for code in codes)


def _shown_to(question: Question) -> str:
    if question.shown_if is None:
        return "everybody"
    variable, code = question.shown_if
    return f"those with {variable} = {code}"
