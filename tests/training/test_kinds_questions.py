"""Polls and self-assessments: what authors may write, what an answer says back, and how it is kept."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from opm.environment import ROOT
from tests.training.conftest import PAGE
from training import content
from training.activities.questions import Band, Poll, PollOption, Scale, Statement
from training.models import Answer

POLL = """
```poll how-often
title: How often do you meet?
prompt: Think of your *newest* mentee.
options:
  - text: Every week
    comment: Small things come up while they are small.
  - text: Every month
  - text: When there is something
    comment: Then most of it has happened already.
```
"""
SCALE = """
```scale building-belief
title: Who builds belief?
prompt: What you did in the last month.
points: [Not yet, Once, As a habit]
statements:
  - text: I cut a task so that its first part could succeed.
    low: Choose one task this week and cut it in two.
    high: Say it aloud, so that your mentee can do it too.
  - text: I said exactly what was good.
    low: Name one sentence of the next draft.
bands:
  - from: 2
    title: A beginning
    text: Choose *one* of the two.
  - from: 5
    title: A habit
    text: Show a colleague how.
```
"""


def poll(**changes):
    given = {
        "id": "often",
        "title": "How often?",
        "prompt": "?",
        "options": (PollOption("Weekly", "Often."), PollOption("Monthly")),
    }
    return Poll(**given | changes)


def scale(**changes):
    given = {
        "id": "belief",
        "title": "Belief",
        "prompt": "?",
        "points": ("Not yet", "Once", "As a habit"),
        "statements": (Statement("I cut", "Cut one.", "Say it."), Statement("I said", "Name one.")),
        "bands": (Band(2, "A beginning", "One."), Band(5, "A habit", "Show.")),
    }
    return Scale(**given | changes)


def test_an_author_may_write_both(folder):
    folder.change(folder.first, "```choice first", POLL + SCALE + "\n```choice first")
    assert folder.faults() == []
    page = folder.load()["graduate"].pages[0]
    assert [activity.kind for activity in page.activities] == ["poll", "scale", "choice", "reflect"]
    assert page.activities[1].bands[1] == Band(5, "A habit", "Show a colleague how.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"options": (PollOption("One"),)}, "a poll has 2 to 7 options, this one has 1"),
        (
            {"options": (PollOption("One", id="b"), PollOption("Two"))},
            "two options have the id “b” (without one of its own, the first has a)",
        ),
        (
            {"options": (PollOption("One", id="B 1"), PollOption("Two"))},
            "“B 1” is no id of a option: small letters, digits and hyphens",
        ),
        ({"depth": "deep"}, "depth is “core” or “deeper”, not “deep”"),
    ],
)
def test_a_poll_that_cannot_work_is_refused(changes, said):
    with pytest.raises(ValueError, match=r".") as fault:
        poll(**changes)
    assert str(fault.value) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"points": ("No", "Yes")}, "a scale has 3 to 6 named points, this one has 2"),
        ({"points": ("No", "Yes", "No")}, "two points of the scale have the same name"),
        ({"statements": (Statement("I", "Do"),)}, "a scale has 2 to 20 statements, this one has 1"),
        ({"score": "median"}, "score is “sum” or “mean”, not “median”"),
        ({"bands": (Band(2, "All", "."),)}, "a scale has at least two bands"),
        (
            {"bands": (Band(1, "Low", "."), Band(3, "High", "."))},
            "the first band starts from 2, the lowest score there can be, not 1",
        ),
        (
            {"bands": (Band(2, "Low", "."), Band(2, "High", "."))},
            "bands go up, each from a higher score, the last from at most 6",
        ),
        (
            {"bands": (Band(2, "Low", "."), Band(7, "High", "."))},
            "bands go up, each from a higher score, the last from at most 6",
        ),
        (
            {"score": "mean", "bands": (Band(2, "Low", "."), Band(3, "High", "."))},
            "the first band starts from 1, the lowest score there can be, not 2",
        ),
    ],
)
def test_a_scale_that_cannot_work_is_refused(changes, said):
    with pytest.raises(ValueError, match=r".") as fault:
        scale(**changes)
    assert str(fault.value) == said


def test_a_poll_takes_one_of_its_options_and_says_what_it_may_mean():
    form = poll().form({"often-choice": "a"})
    assert form.is_valid()
    value = form.cleaned_data
    assert value == {"choice": "a"}
    assert (poll().is_answered(value), poll().feedback(value).comment, poll().summary(value)) == (
        True,
        "Often.",
        "Weekly",
    )
    assert (poll().is_answered({}), poll().feedback({}), poll().summary({})) == (False, None, "")
    assert not poll().form({"often-choice": "c"}).is_valid()


def test_a_scale_tells_its_band_only_when_all_is_rated():
    asked = scale()
    half = asked.form({"belief-a": "1"})
    assert half.is_valid()
    standing = asked.feedback(half.cleaned_data)
    assert (standing.rated, standing.score, standing.percent, standing.band) == (1, "", 0, None)
    assert not asked.is_answered(half.cleaned_data)
    whole = asked.form({"belief-a": "3", "belief-b": "2"})
    assert whole.is_valid()
    assert whole.cleaned_data == {"a": "3", "b": "2"}
    standing = asked.feedback(whole.cleaned_data)
    assert (standing.rated, standing.score, standing.percent, standing.band.title) == (
        2,
        "5 of 6",
        83,
        "A habit",
    )
    assert asked.is_answered(whole.cleaned_data)
    assert asked.summary(whole.cleaned_data) == "I cut: As a habit\nI said: Once\n5 of 6: A habit"


@pytest.mark.parametrize(
    ("ratings", "band"), [("11", "A beginning"), ("13", "A beginning"), ("23", "A habit"), ("33", "A habit")]
)
def test_a_band_holds_from_its_score_on(ratings, band):
    assert scale().feedback(dict(zip("ab", ratings, strict=True))).band.title == band


def test_the_mean_is_scored_on_the_points():
    asked = scale(score="mean", bands=(Band(1, "Low", "."), Band(2, "High", ".")))
    assert [
        (standing.score, standing.percent, standing.band.title)
        for standing in (asked.feedback({"a": "1", "b": "2"}), asked.feedback({"a": "2", "b": "3"}))
    ] == [("1.5 of 3", 50, "Low"), ("2.5 of 3", 83, "High")]


@pytest.mark.parametrize(("points", "low"), [(3, "1"), (4, "12"), (5, "12"), (6, "123")])
def test_each_low_rating_gets_its_own_advice_and_the_middle_is_not_low(points, low):
    asked = scale(points=tuple("abcdef"[:points]))
    advised = [
        rating for rating in "123456"[:points] if asked.feedback({"b": rating}).rows[1].advice == "Name one."
    ]
    assert advised == list(low)
    assert asked.feedback({"a": str(points)}).rows[0].advice == "Say it."
    assert asked.feedback({"a": "1"}).rows[1].advice == ""


def test_a_rating_of_a_point_that_is_no_longer_there_counts_as_open():
    assert scale().feedback({"a": "4", "b": "2"}).rated == 1
    assert not scale().is_answered({"a": "4", "b": "2"})


@pytest.fixture
def place(folder, settings, client, learner):
    """A course whose first page holds a poll and a scale; the learner is signed in."""
    folder.write(folder.first, PAGE.split("```choice")[0] + POLL + SCALE)
    settings.CONTENT_DIR = folder.root
    cache.clear()
    client.force_login(learner)
    page = content.load("graduate").pages[0]
    return page, reverse("page", args=["graduate", page.section_id, page.id])


def answers(user):
    return {
        answer.activity_id: (answer.value, answer.is_answered) for answer in Answer.objects.filter(user=user)
    }


@pytest.mark.django_db
def test_a_vote_comes_back_with_its_comment_and_no_count(place, client, learner):
    _, address = place
    response = client.post(f"{address}how-often/", {"how-often-choice": "a"}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "Small things come up while they are small." in html
    assert "Then most of it has happened already." not in html
    assert "We show how others answered once ten people have." in html
    assert "%" not in html
    assert answers(learner) == {"how-often": ({"choice": "a"}, True)}


@pytest.mark.django_db
def test_nothing_of_the_others_is_shown_before_a_vote(place, client):
    html = client.get(place[1]).content.decode()
    assert "how others answered once" not in html


@pytest.mark.django_db
def test_a_half_rated_scale_is_kept_and_is_still_open(place, client, learner):
    _, address = place
    response = client.post(
        f"{address}building-belief/", {"building-belief-b": "1"}, headers={"HX-Request": "true"}
    )
    html = response.content.decode()
    assert "Name one sentence of the next draft." in html
    assert "1 of 2 rated." in html
    assert "A beginning" not in html
    value, is_answered = answers(learner)["building-belief"]
    assert (value, is_answered) == ({"a": "", "b": "1"}, False)
    html = client.get(address).content.decode()
    assert "1 of 2 rated." in html


@pytest.mark.django_db
def test_without_javascript_one_save_keeps_the_whole_page(place, client, learner):
    _, address = place
    posted = {"how-often-choice": "b", "building-belief-a": "3", "building-belief-b": "3"}
    response = client.post(f"{address}how-often/", posted)
    assert (response.status_code, response.url) == (302, f"{address}#how-often")
    assert answers(learner) == {
        "how-often": ({"choice": "b"}, True),
        "building-belief": ({"a": "3", "b": "3"}, True),
    }
    html = client.get(address).content.decode()
    assert "<strong>A habit</strong>" in html
    assert "Show a colleague how." in html


@pytest.mark.django_db
def test_a_rating_that_is_not_there_is_refused_and_nothing_is_kept(place, client, learner):
    _, address = place
    response = client.post(
        f"{address}building-belief/", {"building-belief-a": "9"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 422
    assert "That is not one of the options." in response.content.decode()
    assert answers(learner) == {}


def test_the_examples_of_the_authors_guide_are_valid(folder):
    guide = (ROOT / "docs" / "author.md").read_text().split("## Polls, self-assessments")[1]
    examples = re.findall(r"^````markdown\n(.*?)^````$", guide, flags=re.M | re.S)
    folder.write(folder.first, PAGE.split("```choice")[0] + "\n".join(examples))
    assert folder.faults() == []
    kinds = [activity.kind for activity in folder.load()["graduate"].pages[0].activities]
    assert kinds == ["poll", "scale", "sort", "rank", "matrix"]
