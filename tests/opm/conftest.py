"""A program with its coordinator, and members who stand as a test needs them."""

import datetime

import pytest
from django.utils import timezone

from registration.models import Program, User
from training import content
from training.models import Completion, PageVisit

COURSE = content.load_all()["graduate"]
PAGE = COURSE.pages[0]
TODAY = datetime.date(2026, 11, 25)


@pytest.fixture
def program(coordinator):
    program = Program.objects.create(
        name="T32 Heart", institution_name="Example U", edition="graduate", approved_on=TODAY, valid_years=3
    )
    program.add_coordinator(coordinator)
    return program


def member(program, email, *, opened=False, completed=None):
    user = User.objects.create_user(email, name=email.split("@")[0].title())
    program.join(user)
    if opened:
        PageVisit.objects.create(user=user, edition=PAGE.owner, page_id=PAGE.id)
    if completed:
        moment = timezone.make_aware(datetime.datetime.combine(completed, datetime.time(12)))
        Completion.objects.create(
            user=user, edition="graduate", content_version="2026.1", rule="All of it", completed_at=moment
        )
    return user


def text_of(response):
    return " ".join(response.content.decode().split())
