"""The discussion pack: the prompts without answers, with timings, for a group that meets after the course."""

import io

import pypdf
import pytest

from training import content
from training.activities import KINDS
from training.discussion_pack import WAYS, DiscussionPack, Talk
from training.models import Answer
from training.parts import SECTIONS

pytestmark = pytest.mark.django_db
COURSE = content.load_all()["graduate"]


@pytest.fixture
def client(client, learner):
    client.force_login(learner)
    return client


def text_of(response):
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def activities():
    return [activity for page in COURSE.pages for activity in page.activities]


@pytest.mark.parametrize("path", ["discussion-pack/", "discussion-pack.pdf"])
def test_it_asks_an_outsider_to_sign_in(client, path):
    client.logout()
    assert client.get(f"/graduate/{path}").url == f"/accounts/login/?next=/graduate/{path}"


def test_it_holds_every_prompt_and_no_answer(client, learner):
    choice = next(activity for activity in activities() if activity.kind == "choice")
    page = next(page for page in COURSE.pages if choice in page.activities)
    Answer.objects.keep(learner, page, {choice.id: {"choice": "a"}}, {choice.id: True})
    html = client.get("/graduate/discussion-pack/").content.decode()
    text = text_of(client.get("/graduate/discussion-pack.pdf"))
    for activity in activities():
        assert " ".join(activity.title.split()) in text, activity.id
    for _, option in choice.lettered:
        assert option.text_html in html
        assert option.feedback_html not in html
        assert option.feedback.split(".")[0] not in text


def test_one_section_holds_that_section_alone(client):
    response = client.get("/graduate/discussion-pack.pdf?section=case-studies")
    assert response["Content-Disposition"] == 'inline; filename="discussion-pack-case-studies.pdf"'
    text = text_of(response)
    inside = [page for page in COURSE.pages if page.section_id == "case-studies" and page.activities]
    outside = next(page for page in COURSE.pages if page.section_id == "strategies")
    assert all(" ".join(page.head.title.split()) in text for page in inside)
    assert outside.head.title not in text
    assert "Ground rules" in text
    assert client.get("/graduate/discussion-pack/?section=nowhere").status_code == 404


def test_a_group_takes_twice_as_long_in_steps_of_five():
    class Some:
        kind = "reflect"

    found = {}
    for minutes in (1, 2, 4, 5, 8, 12):
        some = Some()
        some.minutes = minutes
        found[minutes] = Talk(some).minutes
    assert found == {1: 5, 2: 5, 4: 10, 5: 10, 8: 15, 12: 25}


def test_every_kind_says_how_a_group_works_with_it():
    planned = {name for name, kind in KINDS.items() if "discussion" in kind.__dataclass_fields__}
    assert set(KINDS) - set(WAYS) - planned == set()


def test_sections_add_up():
    pack = DiscussionPack.of(COURSE)
    assert [part.section.id for part in pack.sections] == list(SECTIONS)
    for part in pack.sections:
        assert part.minutes == sum(talk.minutes for page in part.pages for talk in page.talks)


def test_it_costs_the_queries_of_signing_in_alone(client, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/graduate/discussion-pack/")


def test_the_pdf_is_accessible(client):
    response = client.get("/graduate/discussion-pack.pdf?section=strategies")
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.title == "Discussion pack: Strategies That Work"
    assert f"Page 1 of {len(reader.pages)}" in text_of(response)
