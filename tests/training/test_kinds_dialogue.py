"""Conversations: which graphs are allowed, where one stands in them, and how a choice is kept."""

import pytest

from tests.training.conftest import PAGE
from tests.training.work_examples import DIALOGUE, write_examples
from training import content
from training.activities.dialogue import MOST_TURNS, Dialogue, Line, Node, Says
from training.models import Answer

HTMX = {"HX-Request": "true"}
PLACE = "/graduate/strategies/page-4/"


def turn(*leads_to, says="Well?"):
    return Node(
        says=(Says(says, "Amir"),), lines=tuple(Line(f"to {to}", f"because {to}", to) for to in leads_to)
    )


def ending(title="The end", kind="good"):
    return Node(ending=title, debrief="So it went.", kind=kind)


def dialogue(start="a", **nodes):
    return Dialogue(id="talk", title="A talk", prompt="?", start=start, nodes=nodes)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (lambda: dialogue(start="z", a=ending()), "the start is “z”, and there is no such turn"),
        (
            lambda: dialogue(a=turn("b", "c")),
            (
                "a line of “a” leads to “b”, and there is no such turn; "
                "a line of “a” leads to “c”, and there is no such turn"
            ),
        ),
        (lambda: dialogue(a=turn("a")), "there is no ending"),
        (lambda: dialogue(a=turn("b"), b=ending(), c=turn("b"), d=ending()),
         "nothing leads to “c”; nothing leads to “d”"),
        (lambda: dialogue(a=turn("b", "d"), b=turn("c"), c=turn("b"), d=ending()),
         "from “b” no ending can be reached; from “c” no ending can be reached"),
        (lambda: dialogue(start="A b", **{"A b": ending()}),
         "“A b” is no id of a turn: small letters, digits and hyphens"),
        (lambda: Node(says=(Says("Hm."),)), "a turn has lines to choose from, or it is an ending"),
        (lambda: Node(lines=(Line("x", "y", "z"),)),
         "a turn with lines begins with what somebody says, or what happens"),
        (lambda: Node(says=(Says("Hm."),), lines=(Line("x", "y", "z"),), debrief="So."),
         "only an ending has a debrief and a kind; this turn has no “ending”"),
        (lambda: Node(ending="End", debrief="So.", kind="good", lines=(Line("x", "y", "z"),)),
         "an ending has no lines to choose from"),
        (lambda: Node(ending="End", kind="good"), "an ending needs a “debrief”"),
        (lambda: ending(kind="great"), "an ending's kind is one of good, mixed, poor, not “great”"),
        (lambda: turn(*"bcdefg"), "a turn has at most 5 lines, this one has 6"),
        (lambda: Node(says=(Says("Hm."),), lines=(Line("x", "y", "z", id="b"), Line("x", "y", "z"))),
         "two lines of this turn have the same id"),
    ],
)  # fmt: skip
def test_a_graph_with_a_fault_is_refused_in_words(given, fault):
    with pytest.raises(ValueError) as raised:
        given()
    assert str(raised.value) == fault


def test_a_loop_with_a_way_out_is_allowed():
    talk = dialogue(a=turn("b"), b=turn("a", "b", "c"), c=ending())
    assert talk.endings_reachable() == {"c": 1}


def test_an_author_reads_where_the_fault_is(folder):
    folder.write(folder.first, PAGE + "\n" + DIALOGUE.replace("to: guide", "to: nowhere"))
    line = (PAGE + "\n" + DIALOGUE).split("\n").index("```dialogue late-draft") + 2
    assert folder.faults() == [
        f"{folder.first}:{line}: a line of “the-reason” leads to “nowhere”, and there is no such turn"
    ]


@pytest.fixture
def course(tmp_path):
    return write_examples(tmp_path).load()["graduate"]


def draft(course):
    return course.section("strategies").pages[0].activities[0]


def test_all_ways_can_be_walked(course):
    talk = draft(course)
    assert talk.endings_reachable() == {"guide": 3, "outline": 3, "monday": 1}
    assert (len(talk.nodes), len(talk.endings)) == (6, 3)
    ways = [tuple(f"{turn.node_id}/{turn.line_id}" for turn in way) for way in talk.paths()]
    assert ways[0] == ("opening/a", "the-reason/a")
    assert len(ways) == len(set(ways)) == 7
    assert len(list(talk.paths(most=2))) == 2


def test_a_conversation_is_told_by_its_path(course):
    talk = draft(course)
    assert talk.summary({}) == ""
    value = talk.choose({}, "opening", "b")
    assert value == {"path": [{"node": "opening", "line": "b"}], "at": "excuses", "endings": []}
    assert not talk.is_answered(value)
    value = talk.choose(value, "excuses", "a")
    assert value["endings"] == ["monday"]
    assert talk.is_answered(value)
    assert talk.summary(value).split("\n") == [
        "He keeps his coat on.",
        "Amir Haddad: I know, I know. The draft. I am sorry, there was the conference, and then my daughter was ill.",
        "You: “We agreed on the first of the month.”",
        "(True, and he knows it. It puts the agreement between you before you know why it broke.)",
        "Amir Haddad: You will have it on Monday.",
        "Dr. Lena Moss, his second mentor: He has told me Monday, too.",
        "You: “Monday, then.”",
        "(It ends the talk, and you still do not know what is in the way.)",
        "A hard ending: Another date",
        "A new date without a new reason is the old date. Go back and ask what is in the way.",
    ]


def said(talk):
    return [f"{turn.node_id}/{turn.line_id}" for turn in talk.turns]


def test_going_back_forgets_nothing_until_another_line_is_said(course):
    talk = draft(course)
    value = talk.choose(talk.choose({}, "opening", "b"), "excuses", "a")
    back = talk.talk(value, "opening")
    assert (said(back), back.said_before, back.is_own_way, back.found) == ([], "b", True, 1)
    assert said(talk.talk(value)) == ["opening/b", "excuses/a"]
    value = talk.choose(value, "opening", "a")
    assert value == {"path": [{"node": "opening", "line": "a"}], "at": "the-reason", "endings": ["monday"]}
    assert talk.is_answered(value)


def test_a_turn_that_came_up_twice_is_told_apart(course):
    talk = draft(course)
    value = {}
    for node_id, line_id in (("opening", "a"), ("the-reason", "c"), ("opening", "b")):
        value = talk.choose(value, node_id, line_id)
    assert said(talk.talk(value, "opening")) == ["opening/a", "the-reason/c"]
    assert said(talk.talk(value, "opening", 0)) == []
    assert said(talk.talk(value, "opening", 1)) == ["opening/a", "the-reason/c"]  # turn 1 is another node
    assert len(talk.choose(value, "opening", "b", 0)["path"]) == 1
    for _ in range(MOST_TURNS):
        value = talk.choose(talk.choose(value, "opening", "a"), "the-reason", "c")
    assert len(value["path"]) <= MOST_TURNS


def test_who_comes_straight_to_a_turn_is_shown_the_shortest_way(course):
    there = draft(course).talk({}, "outline")
    assert (said(there), there.is_own_way) == (["opening/a", "the-reason/a"], False)


def test_what_authors_changed_since_cuts_the_path_and_breaks_nothing(course):
    talk = draft(course)
    path = [
        {"node": "opening", "line": "a"},
        {"node": "the-reason", "line": "z"},
        {"node": "gone", "line": "a"},
    ]
    value = {"path": path, "at": "gone", "endings": ["gone", "monday"]}
    now = talk.talk(value)
    assert (said(now), now.node_id, now.found) == (["opening/a"], "the-reason", 1)
    assert talk.choose(value, "the-reason", "a")["endings"] == ["monday", "outline"]
    assert not talk.is_answered({"endings": ["gone"]})


@pytest.mark.parametrize(
    ("who", "initials"),
    [
        ("Amir Haddad", "AH"),
        ("Dr. Lena Moss, dean", "LM"),
        ("Amir", "A"),
        ("A group of fellows", "OF"),
        ("", ""),
    ],
)
def test_a_speaker_has_initials(who, initials):
    assert Says("Hm.", who).initials == initials


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
class TestAddresses:
    def test_the_page_opens_the_conversation_and_leads_to_its_first_turn(self, client):
        html = client.get(PLACE).content.decode()
        assert "The draft. I am sorry" in html
        assert "Start the conversation" in html
        assert f'href="{PLACE}late-draft/opening/#late-draft-now"' in html
        assert 'name="line"' not in html

    def test_a_line_is_kept_and_leads_to_the_next_turn(self, client, learner):
        response = client.post(f"{PLACE}late-draft/opening/", {"line": "a"})
        assert (response.status_code, response.url) == (302, f"{PLACE}late-draft/the-reason/#late-draft-now")
        value = {"path": [{"node": "opening", "line": "a"}], "at": "the-reason", "endings": []}
        assert kept(learner) == {"late-draft": (value, False)}
        html = client.get(response.url).content.decode()
        assert "It lets him choose where to begin." in html
        assert "True, and he knows it." not in html
        assert html.count('name="line"') == 3
        assert "Carry on from here" in client.get(PLACE).content.decode()

    def test_an_ending_answers_it_and_other_endings_stay_to_be_found(self, client, learner):
        client.post(f"{PLACE}late-draft/opening/", {"line": "b"})
        client.post(f"{PLACE}late-draft/excuses/", {"line": "a"})
        assert kept(learner)["late-draft"][1] is True
        html = client.get(PLACE).content.decode()
        assert "A new date without a new reason is the old date." in html
        assert "You have found 1 of 3 endings." in html
        assert html.count("Not found yet") == 2
        assert "A link and good wishes" not in html
        client.post(f"{PLACE}late-draft/opening/?turn=0", {"line": "a"})
        assert kept(learner)["late-draft"][1] is True
        client.post(f"{PLACE}late-draft/the-reason/", {"line": "b"})
        html = client.get(PLACE).content.decode()
        assert "You have found 2 of 3 endings." in html
        assert "Another date" in html

    def test_looking_back_changes_nothing(self, client, learner):
        client.post(f"{PLACE}late-draft/opening/", {"line": "b"})
        before = kept(learner)
        html = client.get(f"{PLACE}late-draft/opening/?turn=0").content.decode()
        assert html.count("Said before") == 1
        assert "You will have it on Monday." not in html
        assert kept(learner) == before

    def test_with_htmx_the_card_comes_alone(self, client):
        response = client.post(f"{PLACE}late-draft/opening/", {"line": "a"}, headers=HTMX, follow=True)
        html = response.content.decode()
        assert "<html" not in html
        assert html.strip().startswith("<section")
        assert "It lets him choose where to begin." in html

    def test_without_javascript_what_was_typed_beside_it_is_kept_too(self, client, learner):
        client.post(f"{PLACE}late-draft/opening/", {"line": "a", "beside-it-text": "Typed beside"})
        assert {key: value for key, (value, _) in kept(learner).items() if key == "beside-it"} == {
            "beside-it": {"text": "Typed beside"}
        }

    def test_what_cannot_be_kept_beside_it_stops_the_conversation_and_is_still_there(self, client, learner):
        text = "long " * 2001
        response = client.post(f"{PLACE}late-draft/opening/", {"line": "a", "beside-it-text": text})
        assert response.status_code == 422
        assert text in response.content.decode()
        assert kept(learner) == {}

    def test_done_next_page_leaves_the_conversation_as_it_is(self, client, learner):
        client.post(f"{PLACE}late-draft/opening/", {"line": "a"})
        before = kept(learner)
        client.post(PLACE, {"beside-it-text": ""})
        client.post(f"{PLACE}late-draft/", {"beside-it-text": ""})
        assert kept(learner)["late-draft"] == before["late-draft"]

    @pytest.mark.parametrize("line", ["", "z"])
    def test_a_line_that_is_not_there_keeps_one_where_one_is(self, client, learner, line):
        response = client.post(f"{PLACE}late-draft/opening/", {"line": line})
        assert response.url == f"{PLACE}late-draft/opening/#late-draft-now"
        assert kept(learner) == {}

    @pytest.mark.parametrize("path", ["late-draft/nowhere/", "beside-it/opening/", "nothing/opening/"])
    def test_a_turn_that_is_not_there_is_not_found(self, client, path):
        assert client.get(PLACE + path).status_code == 404

    def test_a_turn_number_that_is_none_is_overlooked(self, client):
        assert client.get(f"{PLACE}late-draft/opening/?turn=x").status_code == 200
        assert client.get(f"{PLACE}late-draft/opening/?turn=99").status_code == 200

    def test_an_outsider_is_asked_to_sign_in_and_brought_back(self, client, monkeypatch):
        client.logout()
        monkeypatch.setattr(content.Course, "is_open", lambda *_: False)
        response = client.get(f"{PLACE}late-draft/the-reason/")
        assert response.url == f"/accounts/login/?next={PLACE}late-draft/the-reason/"

    def test_a_conversation_is_ones_own(self, client, outsider):
        page = content.load("graduate").section("strategies").pages[0]
        value = page.activities[0].choose({}, "opening", "b")
        Answer.objects.keep(outsider, page, {"late-draft": value}, {"late-draft": False})
        assert "You will have it on Monday." not in client.get(PLACE).content.decode()

    def test_a_turn_costs_three_queries_and_a_line_four(self, client, django_assert_num_queries):
        client.get(PLACE)
        client.get(f"{PLACE}late-draft/opening/")
        with django_assert_num_queries(3):
            client.get(f"{PLACE}late-draft/opening/")
        with django_assert_num_queries(4):
            client.post(f"{PLACE}late-draft/opening/", {"line": "a"}, headers=HTMX)
        with django_assert_num_queries(3):
            client.get(f"{PLACE}late-draft/the-reason/", headers=HTMX)
