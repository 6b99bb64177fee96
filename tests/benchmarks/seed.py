"""People for the benchmarks, some of them signed in. Prints what the load generator needs, as JSON.

Run by scripts/bench.py: python -m tests.benchmarks.seed NUMBER_OF_LEARNERS
"""

import json
import random
import sys

import django

django.setup()

from django.middleware.csrf import _get_new_csrf_string  # noqa: E402
from django.utils import timezone  # noqa: E402

from registration.models import User  # noqa: E402
from tests.sessions import session_key  # noqa: E402
from training import content  # noqa: E402
from training.made_up import made_up  # noqa: E402
from training.models import Answer, PageVisit  # noqa: E402

SIGNED_IN = 16
COURSE = content.load_all()["graduate"]
# The page that is asked for and written on: the first with a reflection, and whatever else stands there
PAGE, REFLECT = next(
    (page, activity) for page in COURSE.pages for activity in page.activities if activity.kind == "reflect"
)


def people(number: int) -> list[User]:
    made = [
        User(email=f"learner{place}@example.org", name=f"Learner {place}", password="!")
        for place in range(number)
    ]
    return User.objects.bulk_create(made, batch_size=5000)


def progress(users: list[User]) -> None:
    """Everybody has opened every page and answered everything on the page that is asked for."""
    chance = random.Random(1)  # the same answers in every run
    for user in users:
        PageVisit.objects.bulk_create(
            [PageVisit(user=user, edition=page.owner, page_id=page.id) for page in COURSE.pages]
        )
        Answer.objects.bulk_create(
            [
                Answer(
                    user=user, edition=PAGE.owner, page_id=PAGE.id, activity_id=activity.id,
                    value=made_up(activity, chance), answered_at=timezone.now(),
                )
                for activity in PAGE.activities
            ]
        )  # fmt: skip


def main() -> None:
    users = people(int(sys.argv[1]))
    progress(users[:SIGNED_IN])
    address = f"/graduate/{PAGE.section_id}/{PAGE.id}/"
    found = {
        "sessions": [session_key(user) for user in users[:SIGNED_IN]],
        "csrf": _get_new_csrf_string(),
        "page": address,
        "answer": f"{address}{REFLECT.id}/",
        "field": f"{REFLECT.id}-text",
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
