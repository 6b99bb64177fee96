"""The instrument file, and what the strict reader says of a faulty one."""

import subprocess
import sys

import pytest

from evaluation import apps, instrument
from evaluation.instrument import InstrumentError, load, read

GOOD = """\
survey: main
version: "9"
title: A survey
source: nowhere
exclusions:
  - edition: graduate
    variables:
      - title__student
    text: Students are left out.
scales:
  yes_no:
    - code: 1
      label: "Yes"
    - code: 0
      label: "No"
pages:
  - id: first
    title: First
    questions:
      - id: happy
        kind: single
        text: Are you happy?
        scale: yes_no
      - id: title
        kind: multi
        text: Title
        options:
          - id: student
            label: Student
          - id: teacher
            label: Teacher
"""


@pytest.fixture
def main():
    return load("main-1")


def faults_of(tmp_path, text):
    path = tmp_path / "main-9.yaml"
    path.write_text(text)
    with pytest.raises(InstrumentError) as error:
        read(path)
    return error.value.faults


def test_it_holds_the_published_items_in_their_order(main):
    pairs = [question for question in main.questions if question.kind == "pair"]
    assert [question.id for question in pairs] == [
        *[f"skill_{number:02}" for number in range(1, 12)],
        "quality",
        "confidence",
        "expectations",
    ]
    assert pairs[1].text == "Recognizing the pros and cons of different mentoring models"
    assert [option.label for option in pairs[0].options] == [
        "Not at all skilled", "2", "3", "Moderately skilled", "5", "6", "Extremely skilled",
    ]  # fmt: skip
    assert [option.label for option in pairs[-1].options][::3] == ["Not at all", "Moderately", "Completely"]


def test_variables_follow_the_form(main):
    ids = [variable.id for variable in main.variables]
    assert ids[:4] == ["time_spent", "sections_completed", "skill_01_before", "skill_01_after"]
    assert ids[30:36] == [
        "valuable_use_of_time", "recommend", "will_change", "change_text", "gender__male", "gender__female",
    ]  # fmt: skip
    assert ids[-3:] == ["years", "prior_training", "follow_up_code"]
    assert (len(ids), len(main.response_variables)) == (92, 90)
    assert [variable.id for variable in main.text_variables] == ["change_text"]
    assert main.question("change_text").shown_if == ("will_change", 1)


@pytest.mark.parametrize(
    ("variable", "raw", "code"),
    [
        ("years", "5", 5),
        ("years", "21 or more years", 5),
        ("years", "", -97),
        ("years", " ", -97),
        ("years", "-98", -98),
        ("skill_01_before", "Moderately skilled", 4),
        ("will_change", "No", 0),
        ("gender__male", "Male", 1),
        ("gender__male", "0", 0),
    ],
)
def test_it_reads_codes_and_labels(main, variable, raw, code):
    assert main.parse(variable, raw) == code


@pytest.mark.parametrize("raw", ["6", "0", "4.0", "21", "-99", "+5", "٣"])
def test_it_refuses_other_values(main, raw):
    with pytest.raises(ValueError) as error:
        main.parse("years", raw)
    assert str(error.value) == f'"{raw}" is neither a code (1, 2, 3, 4, 5) nor a label of years'


def test_graduate_excludes_all_trainees_and_undergraduate_only_undergraduates(main):
    excluded = {
        edition: [
            title for title in main.question("title").variables if main.is_excluded(edition, {title.id: 1})
        ]
        for edition in main.editions
    }
    assert {edition: [title.label for title in titles] for edition, titles in excluded.items()} == {
        "graduate": ["Postdoctoral Fellow", "Graduate Student", "Undergraduate Student"],
        "undergraduate": ["Undergraduate Student"],
    }
    assert main.is_excluded("graduate", {"title__dean": 1, "title__graduate_student": 0}) is False
    assert main.is_excluded("graduate", {"title__graduate_student": -97}) is False


def test_settling_fills_the_blanks_beside_a_tick(main):
    answers = dict.fromkeys((variable.id for variable in main.question("gender").variables), -97)
    main.settle_multis(answers)
    assert set(answers.values()) == {-97}
    answers["gender__female"] = 1
    main.settle_multis(answers)
    assert [answers[variable.id] for variable in main.question("gender").variables] == [0, 1, 0, 0, 0]


def test_a_good_file_is_read(tmp_path):
    path = tmp_path / "main-9.yaml"
    path.write_text(GOOD)
    found = read(path)
    assert [variable.id for variable in found.variables] == ["happy", "title__student", "title__teacher"]
    assert [option.id for option in found.question("happy").options] == ["happy__1", "happy__0"]


def test_every_fault_is_reported_at_once_with_its_line(tmp_path):
    text = GOOD.replace('version: "9"', "version: 9").replace('label: "No"', "label: 0")
    text = text.replace("kind: single", "kind: singel").replace("    title: First", "    titel: First")
    text = text.replace("id: teacher", "id: student").replace(
        "source: nowhere", "source: nowhere\nsource: here"
    )
    assert faults_of(tmp_path, text) == [
        "main-9.yaml:2: expected text (put it in quotes)",
        "main-9.yaml:5: the key “source” is there twice",
        "main-9.yaml:16: expected text (put it in quotes)",
        "main-9.yaml:18: “title” is missing",
        "main-9.yaml:19: unknown key “titel”; expected id, title, questions, intro, before, after",
        "main-9.yaml:22: happy: kind must be one of single, rating, pair, multi, text, code, not singel",
        "main-9.yaml:28: two options share the id, code or label title__student",
    ]


ASKED = "        shown_if:\n          question: sad\n          code: 1\n"
SCALE = "        scale: yes_no\n"
TITLE = "      - id: title\n"
CLASH = "      - id: title__student\n        kind: text\n        text: Which?\n"
SECOND_PAGE = (
    GOOD[GOOD.index("  - id: first") :].replace("id: happy", "id: glad").replace("id: title\n", "id: role\n")
)
NOT_ITS_OPTIONS = "options or a scale belong to every kind except text and code"
NO_ROWS = "a pair needs its page to say what before and after are called"


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("- title__s", "- s", 5, "exclusion for graduate: there is no variable student"),
        ("survey: main", "survey: other", 1, "survey and version give other-9, the file is named main-9"),
        (TITLE, "      - id: happy\n", 24, "a second question has the id happy"),
        (TITLE, CLASH + TITLE, 16, "two questions give the variable id title__student"),
        ("scale: yes_no", "scale: maybe", 23, "happy: there is no scale maybe"),
        (SCALE, "", 20, f"happy: {NOT_ITS_OPTIONS}"),
        ("kind: single", "kind: text", 20, f"happy: {NOT_ITS_OPTIONS}"),
        (SCALE, ASKED + SCALE, 23, "happy: shown_if names no question: sad"),
        ("kind: single", "kind: pair", 20, f"happy: {NO_ROWS}"),
        ("          - id: teacher", "          - code: 2", 30, "title: each option has a label and a key “id”"),
        ("label: Teacher", "label: Student", 27, "two options share the id, code or label Student"),
        ("label: Teacher\n", f"label: Teacher\n{SECOND_PAGE}", 32, "a second page has the id first"),
        ("code: 0", "code: zero", 14, "expected a whole number"),
        (GOOD, "", 1, "there is nothing here yet"),
        (GOOD, "pages: [", 1, "not valid YAML: expected the node content, but found '<stream end>'"),
    ],
)  # fmt: skip
def test_other_faults(tmp_path, old, new, line, fault):
    assert old in GOOD
    assert f"main-9.yaml:{line}: {fault}" in faults_of(tmp_path, GOOD.replace(old, new))


def test_the_system_check_reports_each_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(instrument, "FOLDER", tmp_path)
    (tmp_path / "main-9.yaml").write_text(GOOD.replace("kind: single", "kind: singel"))
    (tmp_path / "main-8.yaml").write_text("")
    errors = apps.check_instruments(None)
    assert [(error.id, error.msg) for error in errors] == [
        ("evaluation.E001", "main-8.yaml:1: there is nothing here yet"),
        (
            "evaluation.E001",
            "main-9.yaml:21: happy: kind must be one of single, rating, pair, multi, text, code, not singel",
        ),
    ]
    assert apps.check_instruments.__module__ == "evaluation.apps"


def test_our_own_instruments_pass_the_check():
    assert apps.check_instruments(None) == []


def test_it_imports_no_django():
    code = "import sys, evaluation.instrument as i; i.load_all(); print('django' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_there_is_no_instrument_by_a_path():
    with pytest.raises(FileNotFoundError):
        load("../instruments/main-1")
