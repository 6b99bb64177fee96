"""How others answered: counts that come late, in tens, from the cache, and tell nothing of anybody."""

import datetime

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from registration.models import User
from tests.training.conftest import PAGE
from training import content, polls, tasks
from training.models import Answer, PollTally

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 3)
TOMORROW = datetime.date(2026, 11, 4)
POLL = """
```poll how-often
title: How often do you meet?
prompt: Think of your newest mentee.
options:
  - text: Every week
  - text: Every month
  - text: Hardly ever
```
"""


@pytest.fixture
def page(folder, settings):
    folder.write(folder.first, PAGE.split("```choice")[0] + POLL + POLL.replace("how-often", "how-long"))
    settings.CONTENT_DIR = folder.root
    cache.clear()
    yield content.load("graduate").pages[0]
    cache.clear()


@pytest.fixture
def vote(page):
    """vote("aab") -> three more people answer the poll: a, a and b."""

    def vote(choices, poll="how-often"):
        number = User.objects.count()
        people = User.objects.bulk_create(
            User(email=f"voter{number + place}@example.org") for place in range(len(choices))
        )
        for person, choice in zip(people, choices, strict=True):
            Answer.objects.create(
                user=person,
                edition="graduate",
                page_id=page.id,
                activity_id=poll,
                value={"choice": choice},
                answered_at=timezone.now(),
            )

    return vote


def shown(page, poll="how-often"):
    found = polls.tally(page.owner, page.activity(poll))
    return found and ([share.percent for share in found.shares], found.answers, found.counted_on)


def test_nothing_is_shown_before_ten_have_answered(page, vote):
    vote("aaaaaaaaa")
    assert polls.refresh(TODAY) == 0
    assert shown(page) is None
    vote("b")
    assert shown(page) is None
    assert polls.refresh(TODAY) == 1
    assert shown(page) == ([90, 10, 0], 10, TODAY)


def test_a_count_is_renewed_by_ten_new_answers_only_so_that_no_single_vote_shows(page, vote):
    vote("aaaaabbbbb")
    polls.refresh(TODAY)
    vote("ccccccccc")
    assert polls.refresh(TOMORROW) == 0
    assert shown(page) == ([50, 50, 0], 10, TODAY)
    vote("c")
    assert polls.refresh(TOMORROW) == 1
    assert shown(page) == ([25, 25, 50], 20, TOMORROW)


def test_a_count_is_renewed_at_most_daily(page, vote):
    vote("a" * 10)
    polls.refresh(TODAY)
    vote("b" * 10)
    assert polls.refresh(TODAY) == 0
    assert shown(page) == ([100, 0, 0], 10, TODAY)
    assert polls.refresh(TOMORROW) == 1


def test_changed_and_erased_answers_alone_renew_nothing(page, vote):
    vote("a" * 12)
    polls.refresh(TODAY)
    Answer.objects.update(value={"choice": "b"})
    assert polls.refresh(TOMORROW) == 0
    Answer.objects.all()[:5].values_list("pk")
    Answer.objects.filter(pk__in=list(Answer.objects.values_list("pk", flat=True)[:5])).delete()
    assert polls.refresh(TOMORROW) == 0
    assert shown(page) == ([100, 0, 0], 12, TODAY)


def test_only_answers_to_options_that_are_there_count(page, vote):
    vote("aaaaaaaaaz")
    assert polls.refresh(TODAY) == 0
    PollTally.objects.create(
        edition="graduate", activity_id="how-often", counts={"a": 4, "z": 9}, answers=13, counted_on=TODAY
    )
    cache.clear()
    assert shown(page) is None


def test_each_poll_is_counted_by_itself_and_one_query_counts_them_all(page, vote, django_assert_num_queries):
    vote("a" * 10)
    vote("b" * 11, poll="how-long")
    with django_assert_num_queries(4):  # kept counts, answers, upsert, and what pages will read
        assert polls.refresh(TODAY) == 2
    assert shown(page) == ([100, 0, 0], 10, TODAY)
    assert shown(page, "how-long") == ([0, 100, 0], 11, TODAY)


def test_the_answers_of_another_edition_count_there_alone(page, vote):
    vote("a" * 10)
    Answer.objects.update(edition="undergraduate")
    assert polls.refresh(TODAY) == 0


def test_the_task_counts_as_of_today(page, vote):
    vote("a" * 10)
    tasks.refresh_polls()
    assert shown(page)[:2] == ([100, 0, 0], 10)


@given(st.lists(st.integers(0, 5000), min_size=2, max_size=7).filter(any))
def test_whole_percents_add_up_and_are_off_by_less_than_one(counts):
    percents = polls.whole_percents(counts)
    assert sum(percents) == 100
    assert all(
        abs(percent - 100 * count / sum(counts)) < 1 for percent, count in zip(percents, counts, strict=True)
    )


def test_a_page_with_polls_still_costs_five_queries_at_most(
    page, vote, client, learner, django_assert_max_num_queries
):
    vote("a" * 10)
    polls.refresh(TODAY)
    address = reverse("page", args=["graduate", page.section_id, page.id])
    client.force_login(learner)
    client.get(address)
    client.post(address, {"how-often-choice": "a", "how-long-choice": "b"})
    client.get(address)
    with django_assert_max_num_queries(5):
        html = client.get(address).content.decode()
    assert html.count("100%") == 1
    assert "We show how others answered once ten people have." in html
    assert "10 people, as of November 3, 2026" in html


def test_a_vote_never_changes_what_is_shown_at_once(page, vote, client, learner):
    vote("a" * 10)
    polls.refresh(TODAY)
    client.force_login(learner)
    address = reverse("activity", args=["graduate", page.section_id, page.id, "how-often"])
    html = client.post(address, {"how-often-choice": "c"}, headers={"HX-Request": "true"}).content.decode()
    assert html.count("100%") == 1
    assert html.count('<td class="number">0%</td>') == 2


def test_the_command_counts_too(page, vote, capsys):
    vote("aaaaabbbbb")
    call_command("refresh_polls")
    assert capsys.readouterr().out == "1 poll counted anew\n"
    assert shown(page)[:2] == ([50, 50, 0], 10)
