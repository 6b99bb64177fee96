"""Checklists, maps and commitments: what they hold, what they say back, and how commitments come to the plan."""

import re

import pytest

from opm.environment import ROOT
from tests.training.work_examples import IF_THEN as EXAMPLE
from tests.training.work_examples import write_examples
from training import content
from training.activities.writing import Checklist, IfThen, Item, Support, Table
from training.models import ActionPlan, Answer

HTMX = {"HX-Request": "true"}
CHECKLIST = "/graduate/structured-process/page-3/"
MAP = "/graduate/what-is-mentoring/page-1/"
IF_THEN = "/graduate/toolkit/page-7/"


def checklist(*texts, **changes):
    items = tuple(Item(text) for text in texts or ("Read", "Write"))
    return Checklist(**{"id": "list", "title": "A list", "prompt": "?", "items": items} | changes)


def table(*texts, **changes):
    rows = tuple(Support(text, f"Find somebody for {text}.") for text in texts or ("Doors", "Drafts"))
    return Table(**{"id": "map", "title": "A map", "prompt": "?", "rows": rows} | changes)


def if_then(places=2):
    return IfThen(id="step", title="A step", prompt="?", places=places)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (lambda: checklist("Read"), "a checklist has 2 to 20 items, this one has 1"),
        (lambda: checklist(*map(str, range(21))), "a checklist has 2 to 20 items, this one has 21"),
        (lambda: checklist(own=6), "a checklist has room for 0 to 5 items of one's own, not 6"),
        (lambda: checklist(items=(Item("x", id="b"), Item("y"))), "two entries have the same id"),
        (lambda: checklist(depth="deep"), "depth is “core” or “deeper”, not “deep”"),
        (lambda: table("Doors"), "a table has 2 to 12 rows, this one has 1"),
        (lambda: table(rows=(Support("x", "y", id="b"), Support("x", "y"))), "two entries have the same id"),
        (lambda: if_then(0), "there is room for 1 to 3 commitments, not 0"),
        (lambda: if_then(4), "there is room for 1 to 3 commitments, not 4"),
    ],
)
def test_an_activity_with_a_fault_is_refused_in_words(given, fault):
    with pytest.raises(ValueError) as raised:
        given()
    assert str(raised.value) == fault


def test_every_example_in_the_authors_guide_can_be_used_as_it_is(folder):
    guide = (ROOT / "docs" / "author.md").read_text()
    kinds = ("dialogue", "case", "checklist", "table", "if_then")
    blocks = re.findall(rf"^```(?:{'|'.join(kinds)}) .*?^```$", guide, flags=re.M | re.S)
    page = (folder.root / folder.first).read_text()
    folder.write(folder.first, page + "\n" + "\n\n".join(blocks) + "\n")
    assert folder.faults() == []
    activities = folder.load()["graduate"].pages[0].activities
    assert [activity.kind for activity in activities[2:]] == list(kinds)


class TestChecklist:
    def test_counts_what_is_done_with_items_of_ones_own(self):
        value = {
            "ticked": ["a", "gone"],
            "own_1": "Pens",
            "own_1_done": True,
            "own_2": " ",
            "own_2_done": True,
        }
        tally = checklist().feedback(value)
        assert (tally.done, tally.items, tally.ticked) == (2, 3, {"a"})
        assert checklist().feedback({}).items == 2

    @pytest.mark.parametrize(
        ("value", "is_answered"),
        [
            ({}, False),
            ({"ticked": [], "own_1": "Pens"}, False),
            ({"ticked": ["b"]}, True),
            ({"ticked": [], "own_1": "Pens", "own_1_done": True}, True),
        ],
    )
    def test_is_answered_once_something_is_ticked(self, value, is_answered):
        assert checklist().is_answered(value) is is_answered

    def test_reads_as_a_list_of_boxes(self):
        assert checklist().summary({}) == ""
        assert checklist().summary({"ticked": ["b"], "own_1": "Pens"}) == "☐ Read\n☑ Write\n☐ Pens"
        assert checklist().summary({"ticked": [], "own_1": "Pens"}) == "☐ Read\n☐ Write\n☐ Pens"


class TestTable:
    def test_shows_who_gives_what_and_where_nobody_is(self):
        asked = table("Doors", "Drafts", "Method", "Ear")
        value = {"a_1": "Ana Ruiz", "a_2": "Ben", "b_2": "ana  ruiz", "c_1": "Ana Ruiz", "c_3": "Ana ruiz"}
        seen = asked.feedback(value)
        assert [(person.name, person.gives, person.count) for person in seen.people] == [
            ("Ana Ruiz", (True, True, True, False), 3),
            ("Ben", (True, False, False, False), 1),
        ]
        assert seen.people[0].given == ["Doors", "Drafts", "Method"]
        assert seen.people[1].squares == ((1, True), (17, False), (33, False), (49, False))
        assert [support.text for support in seen.gaps] == ["Ear"]
        assert (seen.leans_on, seen.is_begun) == ("Ana Ruiz", True)

    def test_two_of_four_is_no_burden(self):
        asked = table("Doors", "Drafts", "Method", "Ear")
        assert asked.feedback({"a_1": "Ana", "b_1": "Ana"}).leans_on == ""
        assert table().feedback({"a_1": "Ana", "b_1": "Ana"}).leans_on == ""

    def test_an_empty_map_has_only_gaps(self):
        seen = table().feedback({})
        assert (seen.people, len(seen.gaps), seen.leans_on, seen.is_begun) == ((), 2, "", False)
        assert not table().is_answered({"a_1": " \n"})
        assert table().summary({}) == ""

    def test_reads_row_by_row(self):
        value = {"a_1": "Ana", "a_3": "Ben"}
        assert table().is_answered(value)
        assert table().summary(value) == "Doors: Ana, Ben\nDrafts: nobody yet"


class TestIfThen:
    def test_whole_commitments_count_and_halves_are_kept(self):
        value = {
            "situation_1": "a draft comes ",
            "action_1": "",
            "situation_2": "it is May",
            "action_2": "ask",
        }
        assert if_then().feedback(value) == [{"situation": "it is May", "action": "ask"}]
        assert if_then().is_answered(value)
        assert not if_then().is_answered({"situation_1": "a draft comes"})
        assert if_then().summary(value) == "If a draft comes, then I will …\nIf it is May, then I will ask"
        assert if_then().summary({}) == ""


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
class TestPages:
    def test_a_tick_is_kept_and_counted_and_can_be_taken_back(self, client, learner):
        own = {"own_1": "", "own_1_done": False, "own_2": "", "own_2_done": False}
        posted = {"first-visit-here": "1", "first-visit-ticked": ["a", "c"]}
        html = client.post(f"{CHECKLIST}first-visit/", posted, headers=HTMX).content.decode()
        assert "2 of 3" in html
        assert kept(learner) == {"first-visit": ({"ticked": ["a", "c"]} | own, True)}
        html = client.get(CHECKLIST).content.decode()
        assert html.count("checked") == 2
        html = client.post(
            f"{CHECKLIST}first-visit/", {"first-visit-here": "1"}, headers=HTMX
        ).content.decode()
        assert "0 of 3" in html
        assert kept(learner) == {"first-visit": ({"ticked": []} | own, False)}

    def test_an_item_of_ones_own_counts_and_prints(self, client):
        posted = {"first-visit-own_1": "Bring pens", "first-visit-own_1_done": "on"}
        client.post(f"{CHECKLIST}first-visit/", posted)
        html = client.get(CHECKLIST).content.decode()
        assert "1 of 4" in html
        assert re.search(r"<li>\s*☑\s*Bring pens\s*</li>", html)

    def test_an_item_that_is_not_there_is_refused(self, client, learner):
        response = client.post(f"{CHECKLIST}first-visit/", {"first-visit-ticked": "z"}, headers=HTMX)
        assert response.status_code == 422
        assert "That is not one of the items." in response.content.decode()
        assert kept(learner) == {}

    def test_a_map_shows_its_gaps_with_what_to_do(self, client, learner):
        assert "Where nobody is yet" not in client.get(MAP).content.decode()
        posted = {"my-network-a_1": "Ana", "my-network-b_1": "Ana\r\nRuiz", "my-network-c_2": "Ben"}
        html = client.post(f"{MAP}my-network/", posted, headers=HTMX).content.decode()
        assert "Name a peer group, and the person who runs it." in html
        assert "Write to the core facility." not in html
        assert "Ana Ruiz" in html
        assert kept(learner)["my-network"][1] is True

    def test_a_name_too_long_is_refused_kindly(self, client, learner):
        response = client.post(MAP, {"my-network-a_1": "x" * 81, "my-network-a_2": "Ben"})
        assert response.status_code == 422
        html = response.content.decode()
        assert "One entry is longer than the 80 characters we can keep there (81 now)." in html
        assert ">Ben</textarea>" in html
        assert kept(learner) == {}

    @pytest.mark.parametrize("place", [CHECKLIST, MAP, IF_THEN, "/graduate/case-studies/page-6/"])
    def test_an_answer_costs_four_queries_at_most(self, client, django_assert_max_num_queries, place):
        page = next(page for page in content.load("graduate").pages if f"/{page.id}/" in place)
        (activity,) = page.activities
        with django_assert_max_num_queries(4):
            client.post(f"{place}{activity.id}/", {f"{activity.id}-a": "x"}, headers=HTMX)
        client.get(place)
        with django_assert_max_num_queries(5):
            client.get(place)


PAIRS = {
    "my-first-step-situation_1": "a draft comes",
    "my-first-step-action_1": "say when I answer",
    "my-first-step-situation_2": "half",
}
WHOLE = PAIRS | {"my-first-step-action_2": "whole"}


@pytest.mark.django_db
class TestProposals:
    def commitments(self, client):
        form = client.get("/graduate/plan/").context["form"]
        return [
            (situation.value(), action.value(), proposal) for situation, action, proposal in form.commitments
        ]

    def test_a_whole_commitment_is_proposed_with_its_source(self, client):
        client.post(f"{IF_THEN}my-first-step/", PAIRS)
        first, *rest = self.commitments(client)
        assert first[:2] == ("a draft comes", "say when I answer")
        assert (first[2].page.id, first[2].activity.id) == ("page-7", "my-first-step")
        assert rest == [(None, None, None)] * 2
        html = client.get("/graduate/plan/").content.decode()
        assert f'<a href="{IF_THEN}#my-first-step">Tie it to a moment</a>' in html
        assert not ActionPlan.objects.exists()

    def test_a_proposal_is_the_mentors_to_change(self, client, learner):
        client.post(f"{IF_THEN}my-first-step/", PAIRS)
        client.post("/graduate/plan/", {"situation_1": "a draft comes", "action_1": "read it the same day"})
        (plan,) = ActionPlan.objects.filter(user=learner)
        assert plan.commitments == [{"situation": "a draft comes", "action": "read it the same day"}]
        assert self.commitments(client)[0] == ("a draft comes", "read it the same day", None)

    def test_a_plan_with_a_commitment_is_left_alone(self, client, learner):
        ActionPlan.objects.create(
            user=learner, edition="graduate", commitments=[{"situation": "x", "action": "y"}]
        )
        client.post(f"{IF_THEN}my-first-step/", PAIRS)
        assert self.commitments(client) == [("x", "y", None), (None, None, None), (None, None, None)]

    def test_what_somebody_else_wrote_is_not_proposed(self, client, outsider):
        page = content.load("graduate").section("toolkit").pages[0]
        value = {"situation_1": "the outsider's", "action_1": "secret"}
        Answer.objects.keep(outsider, page, {"my-first-step": value}, {"my-first-step": True})
        assert self.commitments(client) == [(None, None, None)] * 3

    def test_as_many_are_proposed_as_a_plan_has_places_from_the_last_pages_first(self, client, settings):
        first = settings.CONTENT_DIR / "graduate/what-is-mentoring/page-1.md"
        first.write_text(first.read_text() + "\n" + EXAMPLE.replace("my-first-step", "earlier-step"))
        earlier = {name.replace("my-first-step", "earlier-step"): f"earlier {name[-1]}" for name in WHOLE}
        client.post(f"{IF_THEN}my-first-step/", WHOLE)
        client.post(f"{MAP}earlier-step/", earlier)
        assert [situation for situation, *_ in self.commitments(client)] == [
            "a draft comes",
            "half",
            "earlier 1",
        ]
