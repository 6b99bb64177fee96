"""Cases: one's own thoughts first, then the perspectives; nothing that was typed is lost."""

import pytest

from tests.training.conftest import PAGE
from tests.training.work_examples import CASE, write_examples
from training.activities.cases import Case, Discussion, Prevention, Prompt, Step, Voice
from training.models import Answer

HTMX = {"HX-Request": "true"}
PLACE = "/graduate/case-studies/page-6/"
PERSPECTIVE = "I would begin with the congratulation, and mean it."


def case(**changes):
    given = {
        "id": "it",
        "title": "A case",
        "story": "Once.",
        "prompts": (Prompt("What?"), Prompt("Why?")),
        "perspectives": (Voice("A mentor", "This."), Voice("A mentee", "That.")),
        "prevention": Prevention("Negotiating", "Agreement", "Write it down."),
        "discussion": Discussion((Step(10, "Read."), Step(5, "Talk."))),
    }
    return Case(**given | changes)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"prompts": ()}, "a case has 1 to 5 prompts, this one has 0"),
        ({"prompts": (Prompt("?"),) * 6}, "a case has 1 to 5 prompts, this one has 6"),
        ({"perspectives": (Voice("I", "x"),)}, "a case has at least two perspectives to compare with"),
        ({"sides": (Voice("I", "x"),)}, "a story is told from two sides or from none, not from 1"),
        ({"prompts": (Prompt("?", id="b"), Prompt("?"))}, "two entries have the same id"),
        (
            {"prompts": (Prompt("?", id="seen"),)},
            "“seen” cannot be the id of a prompt: it notes that the perspectives were shown",
        ),
        ({"depth": "deep"}, "depth is “core” or “deeper”, not “deep”"),
    ],
)
def test_a_case_with_a_fault_is_refused_in_words(changes, fault):
    with pytest.raises(ValueError) as raised:
        case(**changes)
    assert str(raised.value) == fault


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ((), "a discussion has at least one step"),
        ((Step(0, "Read."),), "each step of a discussion takes at least a minute"),
    ],
)
def test_a_discussion_with_a_fault_is_refused_in_words(steps, fault):
    with pytest.raises(ValueError) as raised:
        Discussion(steps)
    assert str(raised.value) == fault


def test_an_author_reads_what_is_missing_and_where(folder):
    folder.write(folder.first, PAGE + "\n" + CASE.replace("prevention:", "preventing:"))
    lines = (PAGE + "\n" + CASE).split("\n")
    first, changed = lines.index("```case whose-line") + 2, lines.index("prevention:") + 1
    assert folder.faults() == [
        f"{folder.first}:{first}: “prevention” is missing",
        (
            f"{folder.first}:{changed}: unknown key “preventing”; expected title, story, prompts, perspectives, "
            "prevention, discussion, sides, minutes, depth"
        ),
    ]


def test_minutes_of_a_discussion_are_those_of_its_steps():
    assert case().discussion.minutes == 15


@pytest.mark.parametrize(
    ("value", "written", "is_open", "is_answered"),
    [
        ({}, 0, False, False),
        ({"a": "Something", "b": "  "}, 1, False, False),
        ({"a": "Something", "b": "Else"}, 2, True, True),
        ({"a": "", "b": "Else", "seen": True}, 1, True, False),
    ],
)
def test_perspectives_open_once_each_prompt_has_words_and_then_stay(value, written, is_open, is_answered):
    seen = case().feedback(value)
    assert (seen.written, seen.prompts, seen.is_open) == (written, 2, is_open)
    assert case().is_answered(value) is is_answered


def test_a_case_reads_as_prompts_with_their_answers():
    assert case().summary({}) == ""
    assert case().summary({"a": "They differ.", "b": ""}) == "What?\nThey differ."
    assert case().summary({"a": "They differ.", "b": "So."}) == "What?\nThey differ.\n\nWhy?\nSo."


@pytest.fixture
def client(client, learner, settings, tmp_path):
    settings.CONTENT_DIR = write_examples(tmp_path).root
    client.force_login(learner)
    return client


def kept(user):
    return {
        answer.activity_id: (answer.value, answer.is_answered) for answer in Answer.objects.filter(user=user)
    }


@pytest.mark.django_db
class TestPage:
    def test_the_story_is_told_from_both_sides_and_keeps_the_perspectives_back(self, client):
        html = client.get(PLACE).content.decode()
        assert "I would have helped." in html
        assert "0 of 2 answered." in html
        assert PERSPECTIVE not in html
        assert "Facilitators alone read this." not in html

    def test_the_perspectives_come_with_the_last_prompt(self, client, learner):
        response = client.post(f"{PLACE}whose-line/", {"whose-line-a": "One"}, headers=HTMX)
        assert PERSPECTIVE not in response.content.decode()
        assert "1 of 2 answered." in response.content.decode()
        posted = {"whose-line-a": "One", "whose-line-b": "Two"}
        html = client.post(f"{PLACE}whose-line/", posted, headers=HTMX).content.decode()
        assert PERSPECTIVE in html
        assert "Ask once a year which question is hers alone" in html
        assert "Facilitators alone read this." not in html
        assert kept(learner) == {"whose-line": ({"a": "One", "b": "Two", "seen": False}, True)}

    def test_perspectives_once_seen_stay_while_one_rewrites(self, client, learner):
        posted = {"whose-line-a": "", "whose-line-b": "Two", "whose-line-seen": "on"}
        html = client.post(f"{PLACE}whose-line/", posted, headers=HTMX).content.decode()
        assert PERSPECTIVE in html
        assert kept(learner) == {"whose-line": ({"a": "", "b": "Two", "seen": True}, False)}

    def test_without_javascript_saving_shows_them(self, client):
        posted = {"whose-line-a": "One", "whose-line-b": "Two"}
        response = client.post(f"{PLACE}whose-line/", posted)
        assert (response.status_code, response.url) == (302, f"{PLACE}#whose-line")
        assert PERSPECTIVE in client.get(PLACE).content.decode()

    def test_a_text_too_long_is_named_and_all_that_was_typed_is_still_there(self, client, learner):
        text = "long " * 2001
        response = client.post(PLACE, {"whose-line-a": text, "whose-line-b": "Two"})
        assert response.status_code == 422
        html = response.content.decode()
        assert text in html
        assert ">\nTwo</textarea>" in html
        assert "One entry is longer than the 10000 characters we can keep there (10005 now)." in html
        assert kept(learner) == {}

    def test_paper_shows_each_prompt_with_what_was_written(self, client):
        client.post(f"{PLACE}whose-line/", {"whose-line-a": "Mine", "whose-line-b": ""})
        html = client.get(PLACE).content.decode()
        assert '<p class="answer">Mine</p>' in html
