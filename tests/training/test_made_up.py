"""Demo data answers every kind of activity in its own shape."""

import random

from training import content
from training.activities import KINDS
from training.made_up import made_up

ACTIVITIES = [activity for page in content.load_all()["graduate"].pages for activity in page.activities]


def test_whatever_is_made_up_is_an_answer_that_can_be_summed_up():
    assert {activity.kind for activity in ACTIVITIES} == set(KINDS)
    for activity in ACTIVITIES:
        value = made_up(activity, random.Random(1))
        assert activity.is_answered(value) or activity.kind == "dialogue", activity.id
        assert activity.summary(value), activity.id


def test_the_same_seed_makes_the_same_answers():
    first, second = ([made_up(activity, random.Random(7)) for activity in ACTIVITIES] for _ in range(2))
    assert first == second
