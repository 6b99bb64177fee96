"""How others answered a poll: counts as of a day, from which nobody's single vote can be told.

A count is renewed at most daily, and only when at least ten answers have come since. What a page shows is read from the
cache; the table stands behind it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count
from django.db.models.fields.json import KT

from training import content
from training.activities import Poll, PollOption
from training.models import Answer, PollTally

LEAST_NEW = 10
CACHE_KEY = "poll-tallies"
CACHED_SECONDS = 60 * 60

Counts = dict[str, int]


@dataclass(frozen=True)
class Share:
    key: str
    option: PollOption
    percent: int


@dataclass(frozen=True)
class Tally:
    """How `answers` people had answered on a day, in whole percents that add up to 100."""

    shares: tuple[Share, ...]
    answers: int
    counted_on: datetime.date


def tally(edition: str, poll: Poll) -> Tally | None:
    """What may be shown of a poll; None as long as fewer than ten have answered. One read of the cache."""
    counted = _tallies().get(f"{edition}/{poll.id}")
    if counted is None:
        return None
    counts = [counted[0].get(key, 0) for key, _ in poll.lettered]
    if sum(counts) < LEAST_NEW:
        return None
    percents = whole_percents(counts)
    shares = tuple(
        Share(key, option, percent) for (key, option), percent in zip(poll.lettered, percents, strict=True)
    )
    return Tally(shares, sum(counts), counted[1])


def whole_percents(counts: list[int]) -> list[int]:
    """Shares in percent, rounded so that they add up to 100: the largest remainders are rounded up."""
    total = sum(counts)
    percents = [100 * count // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda place: -(100 * counts[place] % total))
    for place in by_remainder[: 100 - sum(percents)]:
        percents[place] += 1
    return percents


def refresh(today: datetime.date) -> int:
    """Count the answers to every poll, by one query an edition, and keep the counts that may be shown.

    Gives how many polls were counted anew.
    """
    before = {(kept.edition, kept.activity_id): kept for kept in PollTally.objects.all()}
    due = []
    for edition, asked in _polls().items():
        for poll_id, counts in _count(edition, asked).items():
            kept = before.get((edition, poll_id))
            new = sum(counts.values()) - (kept.answers if kept else 0)
            if new >= LEAST_NEW and (kept is None or kept.counted_on < today):
                due.append(_row(edition, poll_id, counts, today))
    PollTally.objects.bulk_create(
        due,
        update_conflicts=True,
        unique_fields=["edition", "activity_id"],
        update_fields=["counts", "answers", "counted_on"],
    )
    cache.delete(CACHE_KEY)
    _tallies()
    return len(due)


def _row(edition: str, poll_id: str, counts: Counts, today: datetime.date) -> PollTally:
    return PollTally(
        edition=edition,
        activity_id=poll_id,
        counts=counts,
        answers=sum(counts.values()),
        counted_on=today,
    )


def _polls() -> dict[str, dict[str, Poll]]:
    """Every poll by the edition whose file it is in, and its id."""
    found: dict[str, dict[str, Poll]] = {}
    for course in content.load_all().values():
        for page in course.pages:
            for activity in page.activities:
                if isinstance(activity, Poll):
                    found.setdefault(page.owner, {})[activity.id] = activity
    return found


def _count(edition: str, asked: dict[str, Poll]) -> dict[str, Counts]:
    """Answers by poll and option, of the options there are."""
    counts: dict[str, Counts] = {
        poll_id: dict.fromkeys((key for key, _ in poll.lettered), 0) for poll_id, poll in asked.items()
    }
    answers = Answer.objects.filter(edition=edition, activity_id__in=asked, answered_at__isnull=False)
    rows = answers.values_list("activity_id", KT("value__choice")).annotate(number=Count("pk")).order_by()
    for poll_id, choice, number in rows:
        if choice in counts[poll_id]:
            counts[poll_id][choice] = number
    return counts


def _tallies() -> dict[str, tuple[Counts, datetime.date]]:
    """(counts, day) by edition/activity. From the cache, which each process or Redis fills once an hour."""
    found: dict[str, tuple[Counts, datetime.date]] | None = cache.get(CACHE_KEY)
    if found is None:
        found = {
            f"{kept.edition}/{kept.activity_id}": (kept.counts, kept.counted_on)
            for kept in PollTally.objects.all()
        }
        cache.set(CACHE_KEY, found, CACHED_SECONDS)
    return found
