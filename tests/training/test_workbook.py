"""The workbook: everything of mine, in the order of the course, as page and PDF; nothing of anybody else."""

import io

import pypdf
import pytest
from django.utils import timezone

from training import content
from training.models import ActionPlan, Answer, PageNote
from training.workbook import Workbook

pytestmark = pytest.mark.django_db
COURSE = content.load_all()["graduate"]


def find(kind):
    return next(
        (page, activity) for page in COURSE.pages for activity in page.activities if activity.kind == kind
    )


PAGE, REFLECT = find("reflect")
CHOICE_PAGE, CHOICE = find("choice")


@pytest.fixture
def client(client, learner):
    client.force_login(learner)
    return client


def write(user, words="My own words", page=PAGE, activity=REFLECT):
    Answer.objects.keep(user, page, {activity.id: {"text": words}}, {activity.id: True})


def fill(user, word):
    """Something of every kind about one person."""
    write(user, f"text {word}")
    PageNote.objects.write(user, PAGE, f"note {word}", PageNote.digest(""))
    PageNote.objects.mark(user, PAGE, True)
    ActionPlan.objects.create(
        user=user,
        edition="graduate",
        goals=[f"goal {word}"],
        commitments=[{"situation": f"if {word}", "action": f"then {word}"}],
        notes=f"remember {word}",
    )


def read(response):
    return pypdf.PdfReader(io.BytesIO(response.content))


def text_of(reader):
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("path", ["workbook/", "workbook.pdf"])
def test_it_asks_an_outsider_to_sign_in(client, path):
    client.logout()
    assert client.get(f"/graduate/{path}").url == f"/accounts/login/?next=/graduate/{path}"


@pytest.mark.parametrize("path", ["workbook/", "workbook.pdf"])
def test_it_is_never_kept_by_a_cache(client, learner, path):
    write(learner)
    assert client.get(f"/graduate/{path}")["Cache-Control"] == (
        "max-age=0, no-cache, no-store, must-revalidate, private"
    )


def test_it_shows_mine_with_the_prompt_and_nothing_of_an_outsider(client, learner, outsider):
    fill(outsider, "theirs")
    fill(learner, "mine")
    html = client.get("/graduate/workbook/").content.decode()
    for words in ("text", "note", "goal", "if", "then", "remember"):
        assert f"{words} mine" in html
    assert "theirs" not in html
    assert REFLECT.prompt_html in html
    assert "Bookmarked:" in html
    text = text_of(read(client.get("/graduate/workbook.pdf")))
    for words in ("text", "note", "goal", "if", "then", "remember"):
        assert f"{words} mine" in text
    assert "theirs" not in text


def test_it_keeps_the_order_of_the_course_and_leaves_out_what_is_empty(learner):
    last = next(page for page in reversed(COURSE.pages) if page.activities)
    write(learner, page=last, activity=last.activities[-1], words="later")
    write(learner)
    PageNote.objects.write(learner, COURSE.sections[3].pages[1], "a note", "")
    book = Workbook.of(learner, COURSE)
    assert [(part.section.id, [page.page.id for page in part.pages]) for part in book.sections] == [
        (PAGE.section_id, [PAGE.id]),
        ("strategies", [COURSE.sections[3].pages[1].id]),
        *([(last.section_id, [last.id])] if last.activities[-1].kind == "reflect" else []),
    ]


def test_a_choice_reads_as_its_words(client, learner):
    key, option = CHOICE.lettered[0]
    Answer.objects.keep(learner, CHOICE_PAGE, {CHOICE.id: {"choice": key}}, {CHOICE.id: True})
    entries = [entry for part in Workbook.of(learner, COURSE).sections for entry in part.pages[0].entries]
    assert [(entry.activity.id, entry.words) for entry in entries] == [(CHOICE.id, option.text)]


def test_one_section_holds_that_section_alone(client, learner):
    write(learner)
    other = next(page for page in COURSE.pages if page.section_id == "case-studies" and page.activities)
    note = "seen in the case"
    PageNote.objects.write(learner, other, note, "")
    html = client.get("/graduate/workbook/?section=case-studies").content.decode()
    assert note in html
    assert "My own words" not in html
    response = client.get("/graduate/workbook.pdf?section=case-studies")
    assert response["Content-Disposition"] == 'inline; filename="mentoring-workbook-case-studies.pdf"'
    text = text_of(read(response))
    assert note in text
    assert "My own words" not in text


def test_the_plan_comes_with_the_whole_and_with_the_tool_kit(learner):
    plan = ActionPlan.objects.create(user=learner, edition="graduate", goals=["One"])
    plans = {
        section.id if section else "all": Workbook.of(learner, COURSE, section).plan
        for section in (None, *COURSE.sections)
    }
    assert {name for name, found in plans.items() if found} == {"all", "toolkit"}
    assert plans["all"] == plan


def test_a_section_that_is_none_is_not_found(client):
    assert client.get("/graduate/workbook/?section=nowhere").status_code == 404
    assert client.get("/nowhere/workbook/").status_code == 404


def test_open_questions_come_when_asked_for(client, learner):
    write(learner)
    every = sum(len(page.activities) for page in COURSE.pages)
    assert (
        sum(len(page.entries) for part in Workbook.of(learner, COURSE).sections for page in part.pages) == 1
    )
    book = Workbook.of(learner, COURSE, with_open=True)
    assert sum(len(page.entries) for part in book.sections for page in part.pages) == every
    html = client.get("/graduate/workbook/?open=1").content.decode()
    assert html.count("Not answered yet") == every - 1
    assert all(option.text_html in html for option in CHOICE.options)
    assert not any(option.feedback_html in html for option in CHOICE.options)


def test_an_empty_workbook_says_how_it_fills_and_makes_no_pdf(client):
    assert "Your workbook is still empty" in client.get("/graduate/workbook/").content.decode()
    response = client.get("/graduate/workbook.pdf?section=toolkit", follow=True)
    assert response.redirect_chain == [("/graduate/workbook/?section=toolkit", 302)]
    html = response.content.decode()
    assert "There is nothing to print here yet." in html
    assert "Nothing from this section yet" in html


def test_words_whose_question_is_gone_are_still_there(learner):
    Answer.objects.create(
        user=learner,
        edition="graduate",
        page_id="gone",
        activity_id="gone",
        value={"choice": "a", "text": "I meant this"},
        answered_at=timezone.now(),
    )
    Answer.objects.create(
        user=learner,
        edition="undergraduate",
        page_id="x",
        activity_id="y",
        value={"text": "Of another edition"},
        answered_at=timezone.now(),
    )
    book = Workbook.of(learner, COURSE)
    assert [earlier.words for earlier in book.earlier] == [("I meant this",)]
    assert Workbook.of(learner, COURSE, COURSE.sections[0]).earlier == ()


def test_what_was_written_is_shown_as_text(client, learner):
    write(learner, "<script>alert(1)</script> & more\n\nsecond paragraph")
    html = client.get("/graduate/workbook/").content.decode()
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>" in html
    assert "<script>alert" not in html
    assert "<script>alert(1)</script> & more" in text_of(read(client.get("/graduate/workbook.pdf")))


def test_it_costs_five_queries_however_much_was_written(client, learner, django_assert_num_queries):
    for pages in (1, 8):
        for page in COURSE.pages[:pages]:
            values = {activity.id: {"text": "x y"} for activity in page.activities}
            Answer.objects.keep(learner, page, values, dict.fromkeys(values, True))
            PageNote.objects.write(learner, page, "a note", "")
        for path in ("workbook/", "workbook.pdf", "workbook/?open=1"):
            with django_assert_num_queries(5):
                client.get(f"/graduate/{path}")


def test_the_pdf_is_accessible_and_has_an_outline(client, learner):
    fill(learner, "mine — Łukasz & José")
    response = client.get("/graduate/workbook.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    reader = read(response)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.title == "Mentoring workbook: Learner"
    text = text_of(reader)
    assert f"Page 1 of {len(reader.pages)}" in text
    assert "text mine — Łukasz & José" in text
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles == ["My mentoring workbook"]
    second = [entry.title for entry in reader.outline[1] if not isinstance(entry, list)]
    section = COURSE.section(PAGE.section_id)
    assert second == [f"{section.number}. {section.title}", "My action plan"]


def test_every_open_prompt_of_the_course_can_be_printed(client, learner):
    reader = read(client.get("/graduate/workbook.pdf?open=1"))
    text = text_of(reader)
    for page in COURSE.pages:
        for activity in page.activities:
            assert " ".join(activity.title.split()) in text, activity.id
