"""The survey instrument: what is asked, in which words, under which variable ids.

The form, the stored columns, the codebook, every export and every importer are built from it. One file an
instrument version, `instruments/<survey>-<version>.yaml`, read strictly: each fault is reported with its file
and line, all at once. No Django and nothing else of the app is imported here: the survey process uses it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

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
    reader = _Reader(path)
    instrument = reader.instrument()
    if reader.faults:
        raise InstrumentError(sorted(reader.faults, key=lambda fault: int(fault.split(":")[1])))
    return instrument


class _Reader:
    """Walks the YAML nodes (they know their lines) and notes every fault instead of stopping at the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []
        self.scales: dict[str, list[tuple[int, str]]] = {}
        self.seen: set[str] = set()

    def fault(self, node: yaml.Node, message: str) -> None:
        self.faults.append(f"{self.path.name}:{node.start_mark.line + 1}: {message}")

    def instrument(self) -> Instrument:
        try:
            root = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise InstrumentError([f"{self.path.name}:{line}: {error.problem}"]) from None
        if root is None:
            raise InstrumentError([f"{self.path.name}:1: the file is empty"])
        top = self.mapping(root, required="survey version title source exclusions pages", optional="scales")
        for name, node in self.mapping(top["scales"]).items() if "scales" in top else ():
            self.scales[name] = [self.code_option(option) for option in self.sequence(node)]
        pages = tuple(self.page(node) for node in self.sequence(top.get("pages")))
        instrument = Instrument(
            survey=self.text(top.get("survey")),
            version=self.text(top.get("version")),
            title=self.text(top.get("title")),
            source=self.text(top.get("source")),
            pages=pages,
            exclusions=tuple(self.exclusion(node) for node in self.sequence(top.get("exclusions"))),
        )
        if not self.faults:
            self.check(instrument, root)
        return instrument

    def check(self, instrument: Instrument, root: yaml.Node) -> None:
        """What can only be seen of the whole."""
        if instrument.name != self.path.stem:
            self.fault(root, f"survey and version give {instrument.name}, the file is named {self.path.stem}")
        ids = {variable.id for variable in instrument.variables}
        for exclusion in instrument.exclusions:
            for variable in exclusion.variables:
                if variable not in ids:
                    self.fault(root, f"exclusion for {exclusion.edition}: there is no variable {variable}")
        for question in instrument.questions:
            if question.shown_if and question.shown_if[0] not in ids:
                self.fault(root, f"{question.id}: shown_if names no question: {question.shown_if[0]}")
        if len(ids) < len(instrument.variables):
            self.fault(root, "two questions give the same variable id")

    def exclusion(self, node: yaml.Node) -> Exclusion:
        keys = self.mapping(node, required="edition variables text")
        variables = tuple(self.text(variable) for variable in self.sequence(keys.get("variables")))
        return Exclusion(self.text(keys.get("edition")), variables, self.text(keys.get("text")))

    def page(self, node: yaml.Node) -> Page:
        keys = self.mapping(node, required="id title questions", optional="intro before after")
        rows = (
            (self.text(keys["before"]), self.text(keys["after"]))
            if {"before", "after"} <= keys.keys()
            else None
        )
        questions = tuple(self.question(question, rows) for question in self.sequence(keys.get("questions")))
        return Page(
            self.new_id(keys.get("id"), "page"),
            self.text(keys.get("title")),
            self.text(keys.get("intro")),
            questions,
        )

    def question(self, node: yaml.Node, rows: tuple[str, str] | None) -> Question:
        keys = self.mapping(node, required="id kind text", optional="label hint options scale shown_if")
        question_id, kind = self.new_id(keys.get("id"), "question"), self.text(keys.get("kind"))
        if kind and kind not in KINDS:
            self.fault(keys["kind"], f"{question_id}: kind must be one of {', '.join(KINDS)}, not {kind}")
        if kind == "pair" and not rows:
            self.fault(node, f"{question_id}: a pair needs its page to say what before and after are called")
        text = self.text(keys.get("text"))
        return Question(
            id=question_id,
            kind=kind,
            text=text,
            hint=self.text(keys.get("hint")),
            options=self.options(question_id, kind, node, keys),
            shown_if=self.shown_if(keys["shown_if"]) if "shown_if" in keys else None,
            label=self.text(keys.get("label")) or text,
            rows=rows if kind == "pair" else None,
        )

    def options(
        self, question: str, kind: str, node: yaml.Node, keys: Mapping[str, yaml.Node]
    ) -> tuple[Option, ...]:
        if ("options" in keys or "scale" in keys) != (kind not in ("text", "code")):
            self.fault(node, f"{question}: options or a scale belong to every kind except text and code")
        if "options" in keys and kind == "multi":
            named = [self.named_option(option) for option in self.sequence(keys["options"])]
            self.check_unique(keys["options"], [name for name, _ in named])
            return tuple(Option(f"{question}__{name}", TICKED, label) for name, label in named)
        coded = [self.code_option(option) for option in self.sequence(keys.get("options"))]
        if "scale" in keys:
            scale = self.text(keys["scale"])
            if scale not in self.scales:
                self.fault(keys["scale"], f"{question}: there is no scale {scale}")
            coded += self.scales.get(scale, [])
        self.check_unique(keys.get("options", node), [str(code) for code, _ in coded])
        self.check_unique(keys.get("options", node), [label for _, label in coded])
        return tuple(Option(f"{question}__{code}", code, label) for code, label in coded)

    def code_option(self, node: yaml.Node) -> tuple[int, str]:
        keys = self.mapping(node, required="code label")
        return self.number(keys.get("code")), self.text(keys.get("label"))

    def named_option(self, node: yaml.Node) -> tuple[str, str]:
        keys = self.mapping(node, required="id label")
        return self.text(keys.get("id")), self.text(keys.get("label"))

    def shown_if(self, node: yaml.Node) -> tuple[str, int]:
        keys = self.mapping(node, required="question code")
        return self.text(keys.get("question")), self.number(keys.get("code"))

    def new_id(self, node: yaml.Node | None, what: str) -> str:
        name = self.text(node)
        if node and f"{what} {name}" in self.seen:
            self.fault(node, f"a second {what} has the id {name}")
        self.seen.add(f"{what} {name}")
        return name

    def check_unique(self, node: yaml.Node, values: list[str]) -> None:
        for value in sorted({value for value in values if values.count(value) > 1}):
            self.fault(node, f"two options share the id, code or label {value}")

    def mapping(
        self, node: yaml.Node, required: str | None = None, optional: str = ""
    ) -> dict[str, yaml.Node]:
        """Key -> node. Without `required`, any keys are allowed."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "expected keys and values")
            return {}
        keys: dict[str, yaml.Node] = {}
        allowed = None if required is None else {*required.split(), *optional.split()}
        for key_node, value in node.value:
            key = str(key_node.value)
            if key in keys:
                self.fault(key_node, f"{key} is given twice")
            if allowed is not None and key not in allowed:
                self.fault(key_node, f"unknown key {key}; known here: {', '.join(sorted(allowed))}")
            keys[key] = value
        for key in (required or "").split():
            if key not in keys:
                self.fault(node, f"{key} is missing")
        return keys

    def sequence(self, node: yaml.Node | None) -> Iterator[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            yield from node.value
        elif node is not None:
            self.fault(node, "expected a list")

    def text(self, node: yaml.Node | None) -> str:
        """A missing key was reported with its mapping (or is optional): it reads as no text."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str":
            self.fault(node, 'expected text; put bare numbers and yes or no in quotes: "1", "Yes"')
            return ""
        return str(node.value).strip()

    def number(self, node: yaml.Node | None) -> int:
        if node is None:
            return 0
        try:
            if node.tag != "tag:yaml.org,2002:int":
                raise ValueError
            return int(node.value)
        except ValueError:
            self.fault(node, "expected a whole number")
            return 0
