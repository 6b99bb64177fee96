"""Evidence for a pasted list, and the sessions whose hours stand in it."""

import csv
import datetime
import io
import zipfile

import pypdf
import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from opm import roster
from registration.models import EvidenceTable, LiveSession, Program, User
from tests.opm.conftest import COURSE, TODAY, member, text_of
from training.certificates import Certificate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_checks_yet():
    cache.clear()


def finished(program, email, name):
    user = member(program, email, opened=True, completed=TODAY)
    User.objects.filter(pk=user.pk).update(name=name)
    user.refresh_from_db()
    Certificate.objects.issue(user, [COURSE], TODAY)
    return user


# The list


ANN, BEN = ("ann@example.org", "", "ann@example.org"), ("ben@example.org", "", "ben@example.org")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("ann@example.org\nBEN@Example.org\n", [ANN, (*BEN[:2], "BEN@Example.org")]),
        ("Ann Lee <ann@example.org>, ", [(*ANN[:2], "Ann Lee <ann@example.org>")]),
        ("ann@example.org; ben@example.org", [ANN, BEN]),
        ("ann@example.org\nAnn@example.org", [ANN]),
        ("  Lee, Ann \n\n", [("", "ann lee", "Lee, Ann")]),
        ("Zoë Ångström", [("", "zoe angstrom", "Zoë Ångström")]),
        (" \n,;\n", []),
    ],
)
def test_a_list_is_read_as_people_paste_it(text, people):
    assert [(entry.email, entry.name, entry.pasted) for entry in roster.read(text)] == people


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_pasted_gives_people_once_each(text):
    entries = roster.read(text)
    keys = [(entry.email, entry.name) for entry in entries]
    assert len(keys) == len(set(keys))
    assert all(bool(entry.email) != bool(entry.name) and entry.pasted for entry in entries)


def test_people_are_found_by_any_verified_address_or_by_name(program):
    ann = finished(program, "ann@example.org", "Ann Lee")
    finished(program, "ben1@example.org", "Ben Ng")
    finished(program, "ben2@example.org", "Ben Ng")
    EmailAddress.objects.create(user=ann, email="ann@home.example.org", verified=True)
    EmailAddress.objects.create(user=ann, email="unproved@example.org", verified=False)
    text = "ann@example.org\nann@home.example.org\nunproved@example.org\nLee, Ann\nBen Ng\nNo One"
    found = roster.match(program, roster.read(text))
    assert [(match.membership and match.membership.user, match.is_ambiguous) for match in found] == [
        (ann, False), (ann, False), (None, False), (ann, False), (None, True), (None, False),
    ]  # fmt: skip


# The table


def test_nothing_is_told_about_who_is_no_member(client, coordinator, program, outsider):
    client.force_login(coordinator)
    address = reverse("program_evidence", args=[program.pk])
    file = client.post(
        address, {"people": f"{outsider.email}\nnobody@example.org", "as": "csv"}
    ).content.decode()
    blank = ["", "Not a member", "", "", "", "", "", "", ""]
    assert list(csv.reader(file.splitlines()))[1:] == [
        [outsider.email, *blank],
        ["nobody@example.org", *blank],
    ]


def test_the_table_shows_hours_of_course_and_sessions(
    client, coordinator, program, django_assert_max_num_queries
):
    ann = finished(program, "ann@example.org", "Ann Lee")
    session = LiveSession.objects.create(program=program, title="Workshop", held_on=TODAY, hours="1.5")
    session.members.add(ann.memberships.get())
    client.force_login(coordinator)
    address = reverse("program_evidence", args=[program.pk])
    with django_assert_max_num_queries(13):
        file = client.post(address, {"people": "ann@example.org", "as": "csv"}).content.decode()
    assert list(csv.DictReader(file.splitlines())) == [
        {
            "As listed": "ann@example.org", "Name": "Ann Lee", "Status": "Completed", "Completed on": "2026-11-25",
            "Content version": "2026.1", "Valid until": "2029-11-25", "Course hours": "2.0", "Session hours": "1.5",
            "Total hours": "3.5", "Certificate": Certificate.objects.get().address,
        }
    ]  # fmt: skip


def test_page_pdf_and_workbook_hold_the_same(client, coordinator, program):
    finished(program, "ann@example.org", "Ann Lee")
    client.force_login(coordinator)
    address = reverse("program_evidence", args=[program.pk])
    posted = {"people": "ann@example.org\nnobody@example.org"}
    assert "1 of 2 people are current" in text_of(client.post(address, posted))
    pages = pypdf.PdfReader(io.BytesIO(client.post(address, posted | {"as": "pdf"}).content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    made = EvidenceTable.objects.get()
    assert ("Ann Lee" in text, made.code in text.replace(" ", "")) == (True, True)
    book = zipfile.ZipFile(io.BytesIO(client.post(address, posted | {"as": "xlsx"}).content))
    assert "Ann Lee" in book.read("xl/sharedStrings.xml").decode()


def test_its_code_can_be_checked_by_anybody_and_names_nobody(client, coordinator, program):
    finished(program, "ann@example.org", "Ann Lee")
    client.force_login(coordinator)
    client.post(
        reverse("program_evidence", args=[program.pk]), {"people": "ann@example.org\nnobody@example.org"}
    )
    client.logout()
    page = client.get(reverse("evidence_check", args=[EvidenceTable.objects.get().code]))
    assert "for 2 people, of whom 1 were current" in text_of(page)
    assert ("Ann" in page.content.decode(), page["X-Robots-Tag"]) == (False, "noindex")
    assert client.get(reverse("evidence_check", args=["0" * 26])).status_code == 404


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ("", "Paste at least one address or name."),
        (" ,;\n ", "There is no address and no name in this. Paste one person a line."),
        (
            "\n".join(f"p{number}@example.org" for number in range(2001)),
            "This list has 2001 people; one table holds 2000.",
        ),
    ],
)
def test_a_list_that_cannot_be_used_is_told_at_the_field(client, coordinator, program, people, message):
    client.force_login(coordinator)
    response = client.post(reverse("program_evidence", args=[program.pk]), {"people": people})
    assert (response.status_code, message in text_of(response)) == (422, True)
    assert EvidenceTable.objects.count() == 0


# Sessions


def test_a_session_is_added_and_notes_the_members_who_came(client, coordinator, program):
    finished(program, "ann@example.org", "Ann Lee")
    client.force_login(coordinator)
    given = {"title": "Workshop", "held_on": "2026-11-20", "hours": "1.5"}
    address = client.post(reverse("program_sessions", args=[program.pk]), given).url
    response = client.post(address, {"action": "add", "people": "Ann Lee\nnobody@example.org"})
    assert "nobody@example.org" in text_of(response)
    session = LiveSession.objects.get()
    assert [membership.user.name for membership in session.members.all()] == ["Ann Lee"]
    client.post(address, {"action": f"remove-{session.members.get().pk}"})
    assert session.members.count() == 0
    client.post(address, {"action": "delete"})
    assert LiveSession.objects.count() == 0


@pytest.mark.parametrize(
    ("hours", "message"),
    [("0", "more than 0"), ("41", "at most 40"), ("", "how many hours"), ("x", "number")],
)
def test_hours_that_cannot_be_are_told_at_the_field(client, coordinator, program, hours, message):
    client.force_login(coordinator)
    given = {"title": "Workshop", "held_on": "2026-11-20", "hours": hours}
    response = client.post(reverse("program_sessions", args=[program.pk]), given)
    assert (response.status_code, message in text_of(response), LiveSession.objects.count()) == (422, True, 0)


@pytest.mark.parametrize("page", ["program_evidence", "program_sessions"])
def test_nobody_else_gets_there(client, outsider, program, page):
    client.force_login(outsider)
    assert client.get(reverse(page, args=[program.pk])).status_code == 404


def test_a_session_of_another_program_is_not_reached(client, coordinator, program):
    other = Program.objects.create(name="Other", institution_name="X", edition="graduate")
    session = LiveSession.objects.create(
        program=other, title="Theirs", held_on=datetime.date(2026, 1, 1), hours=1
    )
    client.force_login(coordinator)
    assert (
        client.post(f"/programs/{program.pk}/sessions/{session.pk}/", {"action": "delete"}).status_code == 404
    )
    assert LiveSession.objects.count() == 1
