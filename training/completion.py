"""The moment when the course is complete: noticed by what completes it, and recorded once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from registration.models import User
from training import content
from training.certificates import Certificate
from training.content import Course
from training.models import Completion
from training.standing import Record


def newly_complete(user: User) -> list[Course]:
    """Record the editions that have just become complete, and give them. One query, and one more if there are any.

    To be asked after whatever may complete one: a page marked done, a first answer, a plan saved.
    """
    record = Record.of(user)
    courses = [
        course
        for course in content.load_all().values()
        if course.id not in record.completed and record.state(course).is_complete
    ]
    if courses:
        with transaction.atomic():
            Completion.objects.record(user, courses)
            Certificate.objects.issue(user, courses, timezone.localdate())
    return courses
