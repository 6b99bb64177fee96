"""A made-up cast with made-up progress and survey answers, so that every page has something to show."""

from __future__ import annotations

import datetime
import random
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from evaluation.demo import make_demo_responses
from registration.institution_loading import load_starter
from registration.models import Institution, Program, User
from training import content
from training.completion import newly_complete
from training.content import Course
from training.made_up import made_up
from training.models import ActionPlan, Answer, PageVisit

PASSWORD = "mentoring-demo"  # noqa: S105 - printed on purpose: it opens made-up accounts only
CAST = [
    ("learner@example.org", "Lena Ortiz", "learner", "Assistant Professor"),
    ("coordinator@example.org", "Cora Whitfield", "coordinator", "Training Program Manager"),
    ("evaluator@example.org", "Evan Tran", "evaluator", "Evaluation Specialist"),
    ("admin@example.org", "Ada Mensah", "admin", "Systems Administrator"),
]
NAMES = ["Noor Haddad", "Tomás Rivera", "Mei Tanaka", "Grace Okafor", "Jonas Weber", "Priya Raman", "Dana Whitehorse",
         "Samuel Green", "Ines Duarte", "Hana Kim", "Oluwaseun Ade", "Ruth Feldman"]  # fmt: skip
INSTITUTIONS = [
    "Example State University",
    "Lakeside Medical School",
    "Prairie Cancer Center",
    "Harbor College",
]
GOAL = "Each of my mentees can say what I expect of them this semester, and I can say what they expect of me."
COMMITMENT = {
    "situation": "a draft reaches me on a Friday",
    "action": "answer the same day with one line on when my comments will come",
}


class Command(BaseCommand):
    help = "Fill this installation with made-up people, progress, a plan and 300 survey responses (for trying it out)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default=PASSWORD, help="the password of every demo account")
        parser.add_argument(
            "--force",
            action="store_true",
            help="also where DEBUG is off: this puts made-up data on a real site",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError(
                "DEBUG is off: this looks like a real site. Made-up data goes there only with --force."
            )
        today = timezone.localdate()
        with transaction.atomic():
            load_starter()
            institutions = [Institution.objects.get_or_create(name=name)[0] for name in INSTITUTIONS]
            for email, name, role, job_title in CAST:
                person(email, name, job_title, institutions[0], today, options["password"]).grant(role)
            for number, name in enumerate(NAMES, start=1):
                email = f"demo{number:02d}@example.org"
                institution = institutions[number % len(institutions)]
                day = today - datetime.timedelta(days=11 * number)
                progress(person(email, name, "Professor", institution, day, options["password"]), number)
            progress(User.objects.get(email="learner@example.org"), seed=5, share=0.4)
            demo_program(today)
        make_demo_responses(count=300)
        self.stdout.write("Demo accounts (made up), all with the password " + options["password"])
        for email, _, role, _ in CAST:
            self.stdout.write(f"  {role:12} {email}")


def person(
    email: str, name: str, job_title: str, institution: Institution, day: datetime.date, password: str
) -> User:
    """A made-up person with a verified address; one who is there already only gets the password."""
    user, _ = User.objects.update_or_create(
        email=email,
        defaults={
            "name": name,
            "job_title": job_title,
            "job_category": User.JobCategory.FACULTY,
            "institution": institution,
            "institution_name": institution.name,
            "reason_required": len(name) % 2 == 0,
            "reason_own_development": len(name) % 2 == 1,
            "registered_on": day,
            "is_demo": True,
        },
    )
    user.set_password(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def progress(user: User, seed: int, share: float | None = None) -> None:
    """Some pages done, their activities answered, and for every other person a plan. The same again for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up data
    course = content.load_all()["graduate"]
    reach = share if share is not None else chance.choice([0.1, 0.3, 0.6, 1.0])
    for page in course.pages[: round(reach * len(course.pages))]:
        PageVisit.objects.finish(user, page)
        values = {activity.id: made_up(activity, chance) for activity in page.activities}
        is_answer = {activity.id: activity.is_answered(values[activity.id]) for activity in page.activities}
        Answer.objects.keep(user, page, values, is_answer)
    if reach == 1.0 or share is not None:
        plan(user, course)
    newly_complete(user)


def demo_program(today: datetime.date) -> None:
    """A program that coordinator@example.org looks after, with every second person as a member."""
    program, _ = Program.objects.get_or_create(
        name="T32 Translational Research (demo)",
        defaults={
            "institution_name": INSTITUTIONS[0],
            "edition": "graduate",
            "valid_years": Program.Validity.THREE_YEARS,
            "due_on": today + datetime.timedelta(days=60),
            "extras": "Two facilitated sessions of 90 minutes each year.",
            "approved_on": today,
        },
    )
    program.add_coordinator(User.objects.get(email="coordinator@example.org"))
    for person in (
        User.objects.filter(is_demo=True).exclude(email="coordinator@example.org").order_by("email")[::2]
    ):
        program.join(person)


def plan(user: User, course: Course) -> None:
    today = timezone.localdate()
    ActionPlan.objects.update_or_create(
        user=user,
        edition=course.id,
        defaults={
            "goals": [GOAL],
            "commitments": [COMMITMENT],
            "next_meeting_on": today + datetime.timedelta(days=3),
            "check_in_on": today + datetime.timedelta(days=30),
        },
    )
