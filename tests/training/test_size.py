"""What a page and an answer cost stays the same, whether the course has 10 pages or 300 and the site 1 learner or 50,000."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from registration.models import User
from training.models import Answer, PageVisit
from training.parts import SECTIONS

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "why-status"}
PEOPLE = """
INSERT INTO registration_user ({columns})
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
SELECT {values} FROM registration_user CROSS JOIN numbers WHERE registration_user.id = %s
"""
PROGRESS = """
INSERT INTO training_pagevisit (user_id, edition, page_id, opened_at, done_at, paragraph)
SELECT registration_user.id, edition, page_id, opened_at, done_at, paragraph
FROM registration_user CROSS JOIN training_pagevisit
WHERE training_pagevisit.user_id = %s AND registration_user.id <> %s AND page_id IN ('page-1', 'page-2', 'page-3')
"""


def crowd(number, like):
    """So many people more, each of whom has done three pages."""
    columns = [field.column for field in User._meta.concrete_fields if field.column != "id"]
    values = [
        "'learner' || numbers.n || '@example.org'" if name == "email" else f"registration_user.{name}"
        for name in columns
    ]
    with connection.cursor() as cursor:
        sql = PEOPLE.format(columns=", ".join(columns), values=", ".join(values))
        cursor.execute(sql, [number, like.pk])
        cursor.execute(PROGRESS, [like.pk, like.pk])


def grow(folder, pages):
    """A course of so many pages, spread over its sections, each with a question."""
    text = (folder.root / folder.first).read_text()
    course = (folder.root / "graduate/course.yaml").read_text()
    for number, section in enumerate(SECTIONS, start=1):
        ids = [f"page-{number}", *(f"page-{number}-{more}" for more in range(pages // 7))]
        course = course.replace(f"pages: [page-{number}]", f"pages: [{', '.join(ids)}]")
        for page_id in ids[1:]:
            renamed = re.sub(r"^```(choice|reflect) (\w+)", rf"```\1 \2-{page_id}", text, flags=re.MULTILINE)
            folder.write(f"graduate/{section}/{page_id}.md", renamed)
    folder.write("graduate/course.yaml", course)


@pytest.fixture
def course(folder, settings):
    """course(pages) -> such a course, shown by the site."""

    def course(pages):
        grow(folder, pages)
        settings.CONTENT_DIR = folder.root
        return folder.load()["graduate"]

    return course


@pytest.mark.parametrize(("pages", "people"), [(10, 0), (300, 0), (10, 50_000), (300, 50_000)])
def test_a_page_costs_four_queries_and_an_answer_three(
    course, client, learner, django_assert_num_queries, pages, people
):
    course = course(pages)
    assert len(course.pages) >= pages
    for page in course.pages:
        PageVisit.objects.finish(learner, page)
        values = {activity.id: {"text": "x"} for activity in page.activities}
        Answer.objects.keep(learner, page, values, dict.fromkeys(values, True))
    if people:
        crowd(people, learner)
    assert User.objects.count() == 1 + people

    client.force_login(learner)
    first = reverse("page", args=["graduate", "what-is-mentoring", "page-1"])
    client.get(first)
    client.get(reverse("page", args=["graduate", "toolkit", "page-7"]))
    with django_assert_num_queries(4):  # session, person, all that is kept of them, and that it was opened
        client.get(first)
    with django_assert_num_queries(3):
        client.get(first)
    with django_assert_num_queries(3):
        client.post(f"{first}why/", {"why-text": "Another thought"}, headers=HTMX)
    with django_assert_num_queries(3):
        client.get("/graduate/")
