"""Sorting, putting in order, and placing on a map."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.training.conftest import PAGE
from training import content
from training.activities.cards import (
    Axis,
    Card,
    Category,
    Item,
    Matrix,
    Quadrant,
    Quadrants,
    Rank,
    Sort,
)
from training.models import Answer

HTMX = {"HX-Request": "true"}
SORT = """
```sort two-kinds
title: Which kind of help?
prompt: Place each card.
categories:
  - id: career
    text: Career help
  - id: personal
    text: Personal help
cards:
  - text: Naming her for a panel
    category: career
    feedback: It puts a name before people who choose.
  - text: Asking how the move went
    category: personal
    feedback: It says that the person counts.
  - text: Telling of your own rejected grant
    category: personal
    also: [career]
    feedback: It comforts, and it teaches how review works.
```
"""
RANK = """
```rank what-first
title: What comes first?
prompt: In a first meeting.
first: First of all
last: At the end
items:
  - text: What each of you hopes for
    feedback: Everything else follows from it.
  - text: How you will meet
    feedback: It makes the rest happen.
  - text: Who is an author
    feedback: It can wait a week, not a year.
```
"""
MATRIX = """
```matrix support-challenge
title: Where is it now?
prompt: Place one relationship.
places: 2
up:
  name: Support
  low: Very little
  high: A great deal
across:
  name: Challenge
  low: Very little
  high: A great deal
  question: How much do you ask?
quadrants:
  top_left:
    title: Confirmation
    text: Pleasant, and nothing grows.
  top_right:
    title: Growth
    text: Keep both.
  bottom_left:
    title: Stasis
    text: Add one thing.
  bottom_right:
    title: Retreat
    text: Add support first.
```
"""


def sort(**changes):
    given = {
        "id": "kinds",
        "title": "Kinds",
        "prompt": "?",
        "categories": (
            Category("Career", "career"),
            Category("Personal", "personal"),
            Category("Neither", "no"),
        ),
        "cards": (
            Card("Panel", "career", "A name."),
            Card("Grant", "personal", "Both.", also=("career",)),
        ),
    }
    return Sort(**given | changes)


def rank(**changes):
    items = tuple(Item(text, f"Why {text}.") for text in ("Hopes", "Meetings", "Authors", "Money"))
    return Rank(**{"id": "first", "title": "First", "prompt": "?", "items": items} | changes)


def matrix(**changes):
    given = {
        "id": "daloz",
        "title": "Where?",
        "prompt": "?",
        "up": Axis("Support", "Little", "Much"),
        "across": Axis("Challenge", "Little", "Much"),
        "quadrants": Quadrants(
            Quadrant("Confirmation", "c"),
            Quadrant("Growth", "g"),
            Quadrant("Stasis", "s"),
            Quadrant("Retreat", "r"),
        ),
    }
    return Matrix(**given | changes)


@pytest.mark.parametrize(
    ("build", "changes", "said"),
    [
        (
            sort,
            {"categories": (Category("One"),)},
            "cards are sorted into 2 to 4 categories, here there are 1",
        ),
        (
            sort,
            {"cards": (Card("Panel", "career", "."),)},
            "there are 2 to 12 cards to sort, here there are 1",
        ),
        (
            sort,
            {"cards": (Card("Panel", "work", "."), Card("Grant", "career", "."))},
            "the card “Panel” names the category “work”; there are career, personal, no",
        ),
        (
            sort,
            {"cards": (Card("Panel", "no", "."), Card("Grant", "career", ".", also=("wrok",)))},
            "the card “Grant” names the category “wrok”; there are career, personal, no",
        ),
        (
            sort,
            {"cards": (Card("Panel", "no", ".", also=("no",)), Card("Grant", "career", "."))},
            "the card “Panel” names its category under “also” once more",
        ),
        (rank, {"items": (Item("a", "b"),)}, "there are 3 to 8 items to put in order, here there are 1"),
        (matrix, {"places": 4}, "places is 1, 2 or 3, not 4"),
        (matrix, {"up": Axis("Challenge", "Little", "Much")}, "both scales are called “Challenge”"),
    ],
)
def test_what_cannot_work_is_refused(build, changes, said):
    with pytest.raises(ValueError, match=r".") as fault:
        build(**changes)
    assert str(fault.value) == said


def test_the_title_of_a_corner_fits_the_drawing():
    with pytest.raises(ValueError, match="at most 16 characters"):
        Quadrant("Confirmation without growth", "c")


def test_each_card_says_whether_it_fits_with_its_own_reason():
    asked = sort()
    form = asked.form({"kinds-a": "personal", "kinds-b": "career"})
    assert form.is_valid()
    view = asked.feedback(form.cleaned_data)
    assert [(row.fits, row.verdict, row.card.feedback) for row in view.rows] == [
        (False, "We would put it under “Career”", "A name."),
        (True, "It fits here, and under “Personal” too", "Both."),
    ]
    assert (view.placed, view.fitting, asked.is_answered(form.cleaned_data)) == (2, 1, True)
    assert asked.summary(form.cleaned_data) == "Career: Grant\nPersonal: Panel"


def test_a_card_in_its_own_category_fits_and_names_the_other_one():
    rows = sort().feedback({"a": "career", "b": "personal"}).rows
    assert [row.verdict for row in rows] == ["It fits here", "It fits here, and under “Career” too"]


def test_a_card_not_placed_says_nothing_yet():
    asked = sort()
    view = asked.feedback({"a": "career", "b": ""})
    assert (view.rows[1].category, view.rows[1].verdict) == ("", "")
    assert (view.placed, asked.is_answered({"a": "career"}), asked.summary({})) == (1, False, "")
    assert not asked.form({"kinds-a": "elsewhere"}).is_valid()


def pressed(asked, **posted):
    form = asked.form({f"first-{name}": value for name, value in posted.items()})
    assert form.is_valid()
    return form.cleaned_data, form.said


def test_the_items_lie_mixed_the_same_for_everybody():
    assert rank().start == rank().start
    assert sorted(rank().start) == ["a", "b", "c", "d"]
    assert all(rank(id=f"id-{number}").start != ["a", "b", "c", "d"] for number in range(200))


@pytest.mark.parametrize(
    ("move", "order", "said"),
    [
        ("c:up", ["a", "c", "b", "d"], "Authors: now 2 of 4"),
        ("a:down", ["b", "a", "c", "d"], "Hopes: now 2 of 4"),
        ("a:up", ["a", "b", "c", "d"], "Hopes: still 1 of 4"),
        ("d:down", ["a", "b", "c", "d"], "Money: still 4 of 4"),
        ("z:up", ["a", "b", "c", "d"], ""),
        ("a:sideways", ["a", "b", "c", "d"], ""),
        ("", ["a", "b", "c", "d"], ""),
    ],
)
def test_a_button_moves_an_item_by_one(move, order, said):
    assert pressed(rank(), order="a,b,c,d", move=move) == ({"order": order, "is_final": False}, said)


def test_comparing_keeps_the_order_and_changing_opens_it_again():
    asked = rank()
    value, said = pressed(asked, order="b,a,d,c", move="compare")
    assert (value, said) == (
        {"order": ["b", "a", "d", "c"], "is_final": True},
        "Your order is kept. Ours follows, with a reason for each place.",
    )
    assert asked.is_answered(value)
    view = asked.feedback(value)
    assert [(row.item.text, row.place, row.item.feedback) for row in view.ours] == [
        ("Hopes", 2, "Why Hopes."),
        ("Meetings", 1, "Why Meetings."),
        ("Authors", 4, "Why Authors."),
        ("Money", 3, "Why Money."),
    ]
    assert asked.summary(value) == "1. Meetings\n2. Hopes\n3. Money\n4. Authors"
    assert pressed(asked, order="b,a,d,c", final="yes")[0] == value
    assert pressed(asked, order="b,a,d,c", final="yes", move="change")[0]["is_final"] is False


def test_an_order_nobody_touched_is_not_printed_as_theirs():
    asked = rank()
    assert pressed(asked, order=",".join(asked.start)) == ({}, "")
    assert asked.summary({}) == ""
    assert asked.summary({"order": asked.start, "is_final": True}) != ""


@given(
    order=st.lists(st.sampled_from("abcdez"), max_size=8),
    moves=st.lists(st.tuples(st.sampled_from("abcdz"), st.sampled_from(("up", "down"))), max_size=12),
)
def test_whatever_is_pressed_no_item_is_lost_or_doubled(order, moves):
    asked = rank()
    value = {"order": order}
    for key, way in moves:
        value, _ = pressed(asked, order=",".join(value.get("order", asked.start)), move=f"{key}:{way}")
        assert sorted(value.get("order", "abcd")) == ["a", "b", "c", "d"]
    assert [row.place for row in asked.feedback(value).rows] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("up", "across", "where"),
    [
        (5, 1, "Confirmation"),
        (4, 4, "Growth"),
        (1, 2, "Stasis"),
        (2, 5, "Retreat"),
        (3, 1, "Between Confirmation and Stasis"),
        (3, 5, "Between Growth and Retreat"),
        (5, 3, "Between Confirmation and Growth"),
        (1, 3, "Between Stasis and Retreat"),
        (3, 3, "In the middle"),
    ],
)
def test_every_point_of_the_map_has_its_words(up, across, where):
    value = {"name_1": "", "up_1": str(up), "across_1": str(across)}
    (place,) = matrix().feedback(value).placed
    assert (place.where, place.called) == (where, "Relationship 1")


def test_a_point_is_drawn_where_it_was_placed_and_two_stand_side_by_side():
    asked = matrix(places=3)
    posted = {
        "up_1": "5",
        "across_1": "1",
        "up_2": "1",
        "across_2": "5",
        "name_2": "Ana",
        "up_3": "1",
        "across_3": "5",
    }
    form = asked.form({f"daloz-{name}": value for name, value in posted.items()})
    assert form.is_valid()
    view = asked.feedback(form.cleaned_data)
    assert [(place.called, place.x, place.y) for place in view.placed] == [
        ("Relationship 1", 72, 40),
        ("Ana", 296, 264),
        ("Relationship 3", 314, 264),
    ]
    assert {corner.title for corner in view.corners} == {"Confirmation", "Retreat"}
    assert asked.summary(form.cleaned_data).split("\n")[1] == "Ana: Support 1 of 5, Challenge 5 of 5. Retreat"


def test_a_map_is_answered_by_one_whole_place():
    asked = matrix(places=2)
    assert not asked.is_answered({"name_1": "Ana", "up_1": "4", "across_1": ""})
    assert asked.is_answered({"up_1": "", "across_1": "2", "up_2": "4", "across_2": "1"})
    long = asked.form({"daloz-name_1": "A" * 61})
    assert long.errors["name_1"] == ["A name has at most 60 characters here; this one has 61."]
    assert not asked.form({"daloz-up_1": "6"}).is_valid()


@pytest.fixture
def address(folder, settings, client, learner):
    """A page with the three kinds; the learner is signed in."""
    folder.write(folder.first, PAGE.split("```choice")[0] + SORT + RANK + MATRIX)
    settings.CONTENT_DIR = folder.root
    client.force_login(learner)
    page = content.load("graduate").pages[0]
    assert [activity.kind for activity in page.activities] == ["sort", "rank", "matrix"]
    return reverse("page", args=["graduate", page.section_id, page.id])


def answers(user):
    return {
        answer.activity_id: (answer.value, answer.is_answered) for answer in Answer.objects.filter(user=user)
    }


@pytest.mark.django_db
def test_a_card_comes_back_with_its_reason_alone(address, client, learner):
    html = client.post(f"{address}two-kinds/", {"two-kinds-b": "career"}, headers=HTMX).content.decode()
    assert "We would put it under “Personal help”." in html
    assert "It says that the person counts." in html
    assert "It puts a name before people who choose." not in html
    assert "1 of 3 cards placed." in html
    assert answers(learner) == {"two-kinds": ({"a": "", "b": "career", "c": ""}, False)}


@pytest.mark.django_db
def test_moving_comparing_and_changing_by_plain_posts(address, client, learner):
    asked = content.load("graduate").pages[0].activity("what-first")
    first, second, third = asked.start
    posted = {"what-first-order": ",".join(asked.start), "what-first-move": f"{second}:up"}
    response = client.post(f"{address}what-first/", posted)
    assert (response.status_code, response.url) == (302, f"{address}#what-first")
    value, is_answered = answers(learner)["what-first"]
    assert (value, is_answered) == ({"order": [second, first, third], "is_final": False}, False)
    assert f'value="{second},{first},{third}"' in client.get(address).content.decode()
    client.post(
        f"{address}what-first/", {"what-first-order": ",".join(value["order"]), "what-first-move": "compare"}
    )
    html = client.get(address).content.decode()
    for item in asked.items:
        assert item.feedback in html
    assert answers(learner)["what-first"][1] is True


@pytest.mark.django_db
def test_with_htmx_the_new_place_is_announced(address, client):
    asked = content.load("graduate").pages[0].activity("what-first")
    posted = {"what-first-order": "a,b,c", "what-first-move": "b:up"}
    html = client.post(f"{address}what-first/", posted, headers=HTMX).content.decode()
    assert f'role="status">{asked.items[1].text}: now 1 of 3</p>' in html


@pytest.mark.django_db
def test_the_map_is_drawn_with_words_for_those_who_do_not_see_it(address, client, learner):
    posted = {
        "support-challenge-name_1": "A. <b>",
        "support-challenge-up_1": "2",
        "support-challenge-across_1": "5",
    }
    html = client.post(f"{address}support-challenge/", posted, headers=HTMX).content.decode()
    assert "A. &lt;b&gt;: Support 2 of 5, Challenge 5 of 5. Retreat." in html
    assert 'cx="296" cy="208"' in html
    assert "Add support first." in html
    assert "style=" not in html
    assert answers(learner)["support-challenge"][1] is True
