"""The page for those who review the course for an institution: true, complete, and without a dead link."""

import re

import pytest
from pypdf import PdfReader

from opm.for_institutions import SAMPLES, sample_pdf
from registration.models import User
from training import content
from training.models import ActionPlan, Answer

pytestmark = pytest.mark.django_db

PAGE = "/for-institutions/"
COURSES = content.load_all()


@pytest.fixture(autouse=True)
def fresh_samples():
    sample_pdf.cache_clear()


def text(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def links(response):
    return re.findall(r'href="([^"]+)"', response.content.decode())


def test_it_is_open_to_everybody_and_asks_nothing(client, learner, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(PAGE).status_code == 200
    assert client.post(PAGE).status_code == 405
    client.force_login(learner)
    assert client.get(PAGE).status_code == 200


def test_time_and_completion_are_those_of_the_course(client):
    page = text(client.get(PAGE))
    for course in COURSES.values():
        least, most = course.core_minutes
        assert f"{least} to {most} minutes; content version {course.version}" in page
        assert " ".join(course.completion.split()) in page
    assert "That is below what some rules ask for" in page


def test_it_tells_the_limits_and_what_is_not_there(client):
    page = text(client.get(PAGE))
    assert "has not been evaluated in print, and not in a randomized trial" in page
    assert "mentees were not asked" in page
    assert "Members agree first to what you will see" in page


def test_every_map_is_linked_where_it_stands(client):
    found = [link for link in links(client.get(PAGE)) if "/syllabus/#" in link]
    assert len(found) == sum(len(course.competencies.frameworks) for course in COURSES.values()) == 6
    for link in found:
        address, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in client.get(address).content.decode()


def test_no_link_is_dead(client):
    """Addresses of this site answer, at most by asking to sign in; footnotes lead to their source."""
    response = client.get(PAGE)
    page = response.content.decode()
    own = {
        link.partition("#")[0] for link in links(response) if link.startswith("/") and "static" not in link
    }
    assert {f"{PAGE}plan.pdf", "/graduate/syllabus/", "/undergraduate/brief/"} < own
    assert {link: client.get(link).status_code for link in own} == dict.fromkeys(own, 200)
    notes = {link[1:] for link in links(response) if link.startswith("#")}
    assert {note for note in notes if f'id="{note}"' not in page} == set()


def test_the_statements_are_linked(client):
    page = client.get(PAGE).content.decode()
    assert [name for name in ("privacy", "accessibility", "security") if f'href="/{name}/"' in page] == [
        "privacy", "accessibility", "security",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("plan", "Mentoring action plan: Sample Mentor"),
        ("certificate", "Certificate of completion: Sample Mentor"),
        ("workbook", "Mentoring workbook, What Is Mentoring?: Sample Mentor"),
        ("discussion-pack", "Discussion pack: Case Studies"),
    ],
)
def test_samples_are_what_mentors_get_and_leave_nothing_behind(client, tmp_path, name, title):
    response = client.get(f"{PAGE}{name}.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    (tmp_path / "sample.pdf").write_bytes(response.content)
    assert PdfReader(tmp_path / "sample.pdf").metadata.title == title
    assert [model.objects.count() for model in (User, ActionPlan, Answer)] == [0, 0, 0]


def test_a_sample_is_made_once_a_day(client, monkeypatch):
    made = []
    monkeypatch.setitem(SAMPLES, "plan", lambda course, today: made.append(today) or b"%PDF")
    for _ in range(3):
        client.get(f"{PAGE}plan.pdf")
    assert len(made) == 1


def test_there_is_no_other_sample(client):
    assert client.get(f"{PAGE}diploma.pdf").status_code == 404


@pytest.mark.parametrize("address", ["/", "/graduate/syllabus/"])
def test_it_is_found_from(client, address):
    assert links(client.get(address)).count(PAGE) == 1
