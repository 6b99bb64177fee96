"""The course asks nothing that the survey asks."""

import pytest
from django.core.checks import run_checks

from evaluation import instrument
from opm.checks import check_repeats, normal, repeats
from tests.training.conftest import Folder
from training.activities import Choice, Option, Poll, PollOption, Reflect, Scale
from training.activities.questions import Band, Statement

MAIN = instrument.load("main-1")
ASKED = list(MAIN.questions)
AGREEMENT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")


def poll(title="How often do you meet?", prompt="Think of one.", options=("Weekly", "Monthly", "Never")):
    return Poll("often", title, prompt, tuple(PollOption(text) for text in options))


def scale(points, statement="I cut a task in two."):
    statements = (Statement(statement, "Cut one."), Statement("I said what was good.", "Name one."))
    bands = (Band(2, "A beginning", "One."), Band(3, "More", "Two."))
    return Scale("belief", "Belief", "Last month.", points, statements, bands)


def test_the_course_as_it_is_repeats_nothing():
    assert [error for error in run_checks() if error.id == "opm.E001"] == []


@pytest.mark.parametrize("question", [question for question in ASKED if question.kind in ("pair", "rating")])
def test_every_rated_item_of_the_survey_is_known_in_other_dress(question):
    said = f"*{question.text.upper()}*"
    activities = [
        poll(title=said),
        poll(prompt=said),
        poll(options=(said, "Monthly", "Never")),
        scale(("No", "A little", "Much"), statement=said),
        Reflect("why", "Why?", said),
    ]
    repeated = f"“{said}” repeats the survey’s item {question.id}"
    assert [repeats(activity, ASKED) for activity in activities] == [[repeated]] * 5
    assert repeats(Reflect("why", "Why?", f"Now be honest. {said}"), ASKED) == [
        f"“Now be honest. {said}” repeats the survey’s item {question.id}"
    ]


@pytest.mark.parametrize(
    ("points", "items"),
    [
        (AGREEMENT, ["valuable_use_of_time"]),
        (("Very low", "Low", "Average", "High", "Very high"), ["quality", "confidence"]),
        (("Not at all", "A little", "Moderately", "Mostly", "Completely"), ["expectations"]),
    ],
)
def test_a_scale_of_the_survey_is_known_by_its_anchors(points, items):
    expected = [f"its answers are those of the survey’s item {item}" for item in items]
    assert repeats(scale(points), ASKED) == expected
    assert repeats(poll(options=points), ASKED) == expected


def test_answers_of_other_items_are_known_too_except_the_job_title():
    years = MAIN.question("years")
    assert repeats(poll(options=[option.label for option in years.options]), ASKED) == [
        "its answers are those of the survey’s item years"
    ]
    titles = [option.label for option in MAIN.question("title").options][:7]
    assert repeats(poll(title="Title", options=titles), ASKED) == []


def test_what_is_said_back_and_plain_words_are_free():
    reason = "Engaging in difficult conversations with my mentees takes practice."
    chosen = Choice("c", "Which?", "?", (Option("Yes", reason, best=True), Option("No", "Because.")))
    assert repeats(chosen, ASKED) == []
    assert repeats(poll(title="A difficult conversation", options=("Agree", "Disagree")), ASKED) == []


def test_a_planted_repeat_is_an_error_with_its_file_and_activity(tmp_path, settings):
    folder = Folder(tmp_path)
    folder.change(
        folder.first, "title: Which first?", "title: Engaging in difficult conversations with my mentees"
    )
    settings.CONTENT_DIR = tmp_path
    (error,) = check_repeats(None)
    assert error.id == "opm.E001"
    assert error.msg == (
        f"{tmp_path}/{folder.first}: activity first: “Engaging in difficult conversations with my mentees” "
        "repeats the survey’s item skill_09"
    )


def test_a_faulty_course_is_left_to_its_own_check(tmp_path, settings):
    folder = Folder(tmp_path)
    folder.change(folder.first, "title: Which first?", "tilte: Which first?")
    settings.CONTENT_DIR = tmp_path
    assert check_repeats(None) == []


def test_words_alone_make_a_text():
    assert normal("  “Meeting *mentees’* expectations”?  ") == "meeting mentees expectations"
