"""The survey instrument: what is asked, in which words, under which variable ids.

The form, the stored columns, the codebook, every export and every importer are built from it. One file an
instrument version, `instruments/<survey>-<version>.yaml`, read strictly: each fault is reported with its file
and line, all at once. No Django and nothing else of the app is imported here: the survey process uses it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from opm import strict_yaml
from opm.strict_yaml import Faults, Lines

FOLDER = Path(__file__).parent / "instruments"

LEFT_BLANK = -97  # seen and left blank
NOT_SHOWN = -98  # not shown, or not asked by this instrument
SUPPRESSED = -99  # taken out of an export for disclosure control
MISSING_CODES = {
    LEFT_BLANK: "seen and left blank",
    NOT_SHOWN: "not shown or not asked",
    SUPPRESSED: "suppressed for disclosure control",
}

KINDS = ("single", "rating", "pair", "multi", "text", "code")
TICKED, NOT_TICKED = 1, 0


class InstrumentError(Exception):
    """Faults in instrument files. `faults` holds a line of text for each, beginning with file:line."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Option:
    """One answer to choose. `id` is `<question>__<name>` (multi) or `<question>__<code>` (all others)."""

    id: str
    code: int
    label: str


@dataclass(frozen=True)
class Variable:
    """One column of the wide file. `question` is the id of the question it belongs to.

    `codes` pairs each valid code with its label, in form order; it is empty for kinds "text" and "code".
    """

    id: str
    kind: str
    question: str
    label: str
    codes: tuple[tuple[int, str], ...]

    @cached_property
    def stored_codes(self) -> frozenset[int]:
        """Every code that a stored response may hold."""
        return frozenset({code for code, _ in self.codes} | {LEFT_BLANK, NOT_SHOWN})

    @cached_property
    def readings(self) -> Mapping[str, int]:
        """Every text that an importer accepts for this variable (case-folded) and the code it stands for."""
        readings = {label.casefold(): code for code, label in self.codes}
        if self.kind == "multi":
            readings[self.label.casefold()] = TICKED
        readings |= {str(code): code for code, _ in self.codes}
        readings |= {str(code): code for code in (LEFT_BLANK, NOT_SHOWN)}
        return readings | {"": LEFT_BLANK}


@dataclass(frozen=True)
class Question:
    """One item of the form.

    kind: single and rating (one of `options`), pair (a rating before and one after, `rows` naming the two),
    multi (any of `options`), text, code. `label` is the short name used in tables. `shown_if` is
    (variable id, code) or None.
    """

    id: str
    kind: str
    text: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    shown_if: tuple[str, int] | None = None
    label: str = ""
    rows: tuple[str, str] | None = None

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The columns this question fills. A form field's name is the variable's id."""
        codes = tuple((option.code, option.label) for option in self.options)
        if self.kind == "pair" and self.rows:
            before, after = self.rows
            return (
                Variable(f"{self.id}_before", "rating", self.id, f"{self.label} ({before})", codes),
                Variable(f"{self.id}_after", "rating", self.id, f"{self.label} ({after})", codes),
            )
        if self.kind == "multi":
            ticks = ((NOT_TICKED, "Not selected"), (TICKED, "Selected"))
            return tuple(
                Variable(option.id, "multi", self.id, option.label, ticks) for option in self.options
            )
        return (Variable(self.id, self.kind, self.id, self.label, codes),)


@dataclass(frozen=True)
class Page:
    id: str
    title: str
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Exclusion:
    """Which responses the tables of one edition leave out: those that ticked any of `variables`."""

    edition: str
    variables: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Instrument:
    survey: str
    version: str
    title: str
    source: str
    pages: tuple[Page, ...]
    exclusions: tuple[Exclusion, ...] = field(default=())

    @property
    def name(self) -> str:
        """What each stored answer is stamped with, such as main-1."""
        return f"{self.survey}-{self.version}"

    @property
    def editions(self) -> tuple[str, ...]:
        return tuple(exclusion.edition for exclusion in self.exclusions)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for page in self.pages for question in page.questions)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """All columns in form order, those of kinds "text" and "code" included."""
        return tuple(variable for question in self.questions for variable in question.variables)

    @cached_property
    def response_variables(self) -> tuple[Variable, ...]:
        """The columns that hold codes: what a stored response consists of."""
        return tuple(variable for variable in self.variables if variable.kind not in ("text", "code"))

    @cached_property
    def text_variables(self) -> tuple[Variable, ...]:
        return tuple(variable for variable in self.variables if variable.kind == "text")

    @cached_property
    def _variables_by_id(self) -> Mapping[str, Variable]:
        return {variable.id: variable for variable in self.variables}

    @cached_property
    def _questions_by_id(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def stored_codes(self) -> Mapping[str, frozenset[int]]:
        """Variable id -> every code that a stored response may hold for it."""
        return {variable.id: variable.stored_codes for variable in self.response_variables}

    def variable(self, variable_id: str) -> Variable:
        """KeyError if there is none of that id."""
        return self._variables_by_id[variable_id]

    def question(self, question_id: str) -> Question:
        """KeyError if there is none of that id."""
        return self._questions_by_id[question_id]

    def exclusion(self, edition: str) -> Exclusion:
        """KeyError for an edition this instrument does not know."""
        for exclusion in self.exclusions:
            if exclusion.edition == edition:
                return exclusion
        raise KeyError(edition)

    def is_excluded(self, edition: str, answers: Mapping[str, int]) -> bool:
        """Do the tables of this edition leave out a response with these answers?"""
        return any(answers.get(variable) == TICKED for variable in self.exclusion(edition).variables)

    def parse(self, variable_id: str, raw: str) -> int:
        """The code that `raw` (a code or a label; blank: LEFT_BLANK) stands for; ValueError if none."""
        variable = self._variables_by_id[variable_id]
        try:
            return variable.readings[raw.strip().casefold()]
        except KeyError:
            codes = ", ".join(str(code) for code, _ in variable.codes)
            raise ValueError(f'"{raw}" is neither a code ({codes}) nor a label of {variable_id}') from None

    def settle_multis(self, answers: MutableMapping[str, int]) -> None:
        """Give multi-selects their stored form: 0/1 where a question has any tick, else LEFT_BLANK."""
        for question in self.questions:
            if question.kind != "multi":
                continue
            shown = [v.id for v in question.variables if answers.get(v.id, NOT_SHOWN) in (0, 1, LEFT_BLANK)]
            is_answered = any(answers[variable] == TICKED for variable in shown)
            for variable in shown:
                if not is_answered:
                    answers[variable] = LEFT_BLANK
                elif answers[variable] == LEFT_BLANK:
                    answers[variable] = NOT_TICKED


@lru_cache
def load(name: str) -> Instrument:
    """The instrument of that name, such as main-1; FileNotFoundError if none, InstrumentError if faulty."""
    path = FOLDER / f"{name}.yaml"
    if path.parent != FOLDER or not path.is_file():
        raise FileNotFoundError(f"There is no instrument {name}; there are: {', '.join(names())}")
    return read(path)


def names() -> list[str]:
    """The names of all instruments there are, in order."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_all() -> tuple[Instrument, ...]:
    """Every instrument; one InstrumentError with the faults of all files."""
    instruments, faults = [], []
    for name in names():
        try:
            instruments.append(load(name))
        except InstrumentError as error:
            faults += error.faults
    if faults:
        raise InstrumentError(faults)
    return tuple(instruments)


def read(path: Path) -> Instrument:
    """Read one file strictly. InstrumentError lists all that is wrong with it."""
    faults, here = Faults(), Path(path.name)
    file = strict_yaml.load(_File, path.read_text(encoding="utf-8"), here, faults)
    if file and not faults.found and file.instrument.name != path.stem:
        name = file.instrument.name
        faults.add(
            here, file.lines["survey"], f"survey and version give {name}, the file is named {path.stem}"
        )
    if file is None or faults.found:
        raise InstrumentError([str(fault) for fault in sorted(faults.found)])
    return file.instrument


# The file as it is written. `faults` are what the types cannot show, as lines and messages


@dataclass(frozen=True)
class _Option:
    label: str
    id: str = ""
    code: int | None = None
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def option(self, question: _Question) -> Option:
        name, code = (self.id, TICKED) if question.kind == "multi" else (self.code, self.code or 0)
        return Option(f"{question.id}__{name}", code, self.label)


@dataclass(frozen=True)
class _ShownIf:
    question: str
    code: int


@dataclass(frozen=True)
class _Question:
    id: str
    kind: str
    text: str
    label: str = ""
    hint: str = ""
    options: tuple[_Option, ...] = ()
    scale: str = ""
    shown_if: _ShownIf | None = None
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def question(self, page: _Page, scales: Scales) -> Question:
        return Question(
            id=self.id,
            kind=self.kind,
            text=self.text,
            hint=self.hint,
            options=tuple(option.option(self) for option in self.options + scales.get(self.scale, ())),
            shown_if=(self.shown_if.question, self.shown_if.code) if self.shown_if else None,
            label=self.label or self.text,
            rows=(page.before, page.after) if self.kind == "pair" else None,
        )

    def faults(self) -> Iterator[tuple[int, str]]:
        if self.kind not in KINDS:
            known = ", ".join(KINDS)
            yield self.lines["kind"], f"{self.id}: kind must be one of {known}, not {self.kind}"
        if bool(self.options or self.scale) != (self.kind not in ("text", "code")):
            yield self.lines[""], f"{self.id}: options or a scale belong to every kind except text and code"
        key, other = ("id", "code") if self.kind == "multi" else ("code", "id")
        for option in self.options:
            if key not in option.lines or other in option.lines:
                yield option.lines[""], f"{self.id}: each option has a label and a key “{key}”"
        ids = [option.option(self).id for option in self.options]
        for value in (*_doubled(ids), *_doubled(option.label for option in self.options)):
            yield self.lines["options"], f"two options share the id, code or label {value}"


Scales = dict[str, tuple[_Option, ...]]


@dataclass(frozen=True)
class _Page:
    id: str
    title: str
    questions: tuple[_Question, ...]
    intro: str = ""
    before: str = ""
    after: str = ""
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[tuple[int, str]]:
        for item in self.questions:
            if item.kind == "pair" and not (self.before and self.after):
                yield (
                    item.lines[""],
                    f"{item.id}: a pair needs its page to say what before and after are called",
                )


@dataclass(frozen=True)
class _File:
    survey: str
    version: str
    title: str
    source: str
    exclusions: tuple[Exclusion, ...]
    pages: tuple[_Page, ...]
    scales: Scales = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    @cached_property
    def instrument(self) -> Instrument:
        pages = tuple(
            Page(
                page.id,
                page.title,
                page.intro,
                tuple(item.question(page, self.scales) for item in page.questions),
            )
            for page in self.pages
        )
        return Instrument(self.survey, self.version, self.title, self.source, pages, self.exclusions)

    def faults(self) -> Iterator[tuple[int, str]]:
        ids = [variable.id for variable in self.instrument.variables]
        for exclusion in self.exclusions:
            for variable in sorted({*exclusion.variables} - {*ids}):
                yield (
                    self.lines["exclusions"],
                    f"exclusion for {exclusion.edition}: there is no variable {variable}",
                )
        questions = [item for page in self.pages for item in page.questions]
        for what, places in (
            ("page", [(page.id, page.lines["id"]) for page in self.pages]),
            ("question", [(item.id, item.lines["id"]) for item in questions]),
        ):
            for name in _doubled(name for name, _ in places):
                yield (
                    max(line for known, line in places if known == name),
                    f"a second {what} has the id {name}",
                )
        for variable in _doubled(ids):
            yield self.lines["pages"], f"two questions give the variable id {variable}"
        for item in questions:
            if item.scale and item.scale not in self.scales:
                yield item.lines["scale"], f"{item.id}: there is no scale {item.scale}"
            if item.shown_if and item.shown_if.question not in ids:
                yield (
                    item.lines["shown_if"],
                    f"{item.id}: shown_if names no question: {item.shown_if.question}",
                )


def _doubled(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]
