"""Programs: asked for, approved, joined with consent, left again; their coordinators see status and dates alone."""

import csv
import datetime
import io
import re
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from opm import program_status
from registration.models import Membership, Program, User
from tests.opm.conftest import PAGE, TODAY, member, text_of
from training.models import Answer, Completion

pytestmark = pytest.mark.django_db


# Asking and approving


def test_who_asks_for_a_program_looks_after_it_once_it_is_approved(client, learner):
    client.force_login(learner)
    given = {
        "name": "T32 Heart",
        "institution_name": "Example U",
        "edition": "graduate",
        "valid_years": "3",
        "extras": "",
    }
    response = client.post(reverse("programs"), given)
    program = Program.objects.get()
    assert (response.status_code, response.url) == (302, f"/programs/{program.pk}/")
    assert list(program.coordinators.all()) == [learner]
    assert list(Program.objects.waiting()) == [program]
    assert "It opens once we have looked at it" in text_of(client.get(response.url))
    assert client.get(reverse("join_program", args=[program.join_code])).status_code == 404


def test_what_was_typed_is_still_there_when_something_is_missing(client, learner):
    client.force_login(learner)
    response = client.post(
        reverse("programs"), {"extras": "Two sessions", "edition": "graduate", "valid_years": "5"}
    )
    assert response.status_code == 422
    text = text_of(response)
    assert "Enter the name of the program." in text
    assert "Enter the institution that the program belongs to." in text
    assert "Two sessions" in text
    assert Program.objects.count() == 0


def test_staff_approve_and_the_coordinators_are_told(
    client, admin, learner, mailoutbox, django_capture_on_commit_callbacks
):
    program = Program.objects.create(name="T32 Heart", institution_name="Example U", edition="graduate")
    program.add_coordinator(learner)
    client.force_login(admin)
    address = "/admin/registration/program/"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"action": "approve", "_selected_action": [program.pk]})
        client.post(address, {"action": "approve", "_selected_action": [program.pk]})
    program.refresh_from_db()
    assert program.approved_on == timezone.localdate()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["learner@example.org"], "T32 Heart is open")
    ]
    assert program.join_address in mailoutbox[0].body


def test_staff_decline_and_nobody_can_join(client, admin, program):
    Program.objects.filter(pk=program.pk).update(approved_on=None)
    client.force_login(admin)
    client.post("/admin/registration/program/", {"action": "decline", "_selected_action": [program.pk]})
    program.refresh_from_db()
    assert (program.approved_on, program.declined_on) == (None, timezone.localdate())
    assert client.get(reverse("join_program", args=[program.join_code])).status_code == 404


def test_a_stranger_reads_what_a_program_is_and_asks_for_none(client):
    page = client.get(reverse("programs")).content.decode()
    assert "/accounts/signup/?next=/programs/" in page
    given = {"name": "T32", "institution_name": "Example U", "edition": "graduate", "valid_years": "3"}
    client.post(reverse("programs"), given)
    assert Program.objects.count() == 0


# Joining and leaving


def test_joining_shows_what_will_be_seen_and_keeps_what_was_agreed_to(client, learner, program):
    client.force_login(learner)
    address = reverse("join_program", args=[program.join_code])
    page = text_of(client.get(address))
    assert program.consent.replace("’", "&#x27;") in page or program.consent in page
    response = client.post(address)
    assert (response.status_code, response.url) == (302, "/graduate/")
    client.post(address)
    assert [(row.program, row.user, row.consent) for row in Membership.objects.all()] == [
        (program, learner, program.consent)
    ]


def test_a_stranger_can_read_it_and_is_led_to_register(client, program):
    address = reverse("join_program", args=[program.join_code])
    assert f"/accounts/signup/?next={address}" in client.get(address).content.decode()
    client.post(address)
    assert Membership.objects.count() == 0


def test_who_registers_on_the_way_finds_institution_and_reason_filled_in(client, program):
    page = client.get(reverse("account_signup"), {"next": reverse("join_program", args=[program.join_code])})
    form = page.context["form"]
    assert (form["institution"].value(), form["reasons"].value()) == ("Example U", ["reason_required"])
    Program.objects.update(approved_on=None)
    page = client.get(reverse("account_signup"), {"next": reverse("join_program", args=[program.join_code])})
    assert page.context["form"]["institution"].value() is None


@pytest.mark.parametrize("typed", ["{0}", " {1} ", "{2}"])
def test_a_code_is_read_as_people_type_it(client, program, typed):
    code = typed.format(program.join_code, program.grouped_code, program.grouped_code.lower())
    response = client.post(reverse("join_by_code"), {"code": code})
    assert (response.status_code, response.url) == (302, f"/programs/join/{program.join_code}/")


@pytest.mark.parametrize("typed", ["", "ABCD-EFG", "22222222"])
def test_a_code_that_no_program_has_is_told_at_the_field(client, program, typed):
    Program.objects.create(name="Waiting", institution_name="X", edition="graduate", join_code="22222222")
    response = client.post(reverse("join_by_code"), {"code": typed})
    assert (response.status_code, 'aria-invalid="true"' in response.content.decode()) == (422, True)


def test_who_leaves_is_seen_no_more_and_keeps_their_work(client, program, coordinator):
    user = member(program, "ann@example.org", completed=TODAY)
    client.force_login(user)
    client.post(reverse("leave_program", args=[user.memberships.get().pk]))
    assert Completion.objects.filter(user=user).count() == 1
    client.force_login(coordinator)
    assert "ann@example.org" not in client.get(program.get_absolute_url()).content.decode()


def test_nobody_can_make_another_person_leave(client, program, outsider):
    user = member(program, "ann@example.org")
    client.force_login(outsider)
    assert client.post(reverse("leave_program", args=[user.memberships.get().pk])).status_code == 404
    assert user.memberships.count() == 1


# How members stand


def test_everybody_stands_where_they_stand(program):
    member(program, "new@example.org")
    member(program, "begun@example.org", opened=True)
    member(program, "done@example.org", opened=True, completed=datetime.date(2023, 11, 25))
    member(program, "old@example.org", completed=datetime.date(2023, 11, 24))
    rows = program_status.listed(program, TODAY)
    assert [
        (row.name, row.status, row.completed_on, row.version, row.valid_until)
        for row in program_status.standings(program, rows)
    ] == [
        ("Begun", "under_way", None, "", None),
        ("Done", "completed", datetime.date(2023, 11, 25), "2026.1", datetime.date(2026, 11, 25)),
        ("New", "not_started", None, "", None),
        ("Old", "expired", datetime.date(2023, 11, 24), "2026.1", datetime.date(2026, 11, 24)),
    ]
    assert program_status.counts(program, TODAY) == {
        "not_started": 1, "under_way": 1, "completed": 1, "expired": 1,
    }  # fmt: skip


def test_a_completion_of_before_joining_counts_in_every_program(program, coordinator):
    user = member(program, "ann@example.org", completed=TODAY)
    second = Program.objects.create(
        name="Second", institution_name="X", edition="graduate", approved_on=TODAY
    )
    second.join(user)
    other_course = Program.objects.create(
        name="Third", institution_name="X", edition="undergraduate", approved_on=TODAY
    )
    other_course.join(user)
    completed = {"graduate": Completion.objects.get(user=user).completed_at}
    stand = program_status.of_person(user, completed, has_begun=False, today=TODAY)
    assert [(membership.program.name, str(status)) for membership, status in stand] == [
        ("Second", "Completed"),
        ("T32 Heart", "Completed"),
        ("Third", "Not started"),
    ]


def test_the_list_is_filtered_and_searched(client, coordinator, program):
    member(program, "ann@example.org", opened=True)
    member(program, "ben@example.org")
    client.force_login(coordinator)
    pages = {
        query: client.get(f"{program.get_absolute_url()}{query}").content.decode()
        for query in ("", "?status=under_way", "?q=BEN", "?status=completed", "?status=nonsense", "?page=99")
    }
    seen = {query: [name for name in ("ann@", "ben@") if name in html] for query, html in pages.items()}
    assert seen == {
        "": ["ann@", "ben@"],
        "?status=under_way": ["ann@"],
        "?q=BEN": ["ben@"],
        "?status=completed": [],
        "?status=nonsense": ["ann@", "ben@"],
        "?page=99": ["ann@", "ben@"],
    }


def test_nothing_that_a_member_wrote_is_on_the_page_or_in_the_file(client, coordinator, program):
    user = member(program, "ann@example.org", opened=True)
    Answer.objects.create(
        user=user, edition="graduate", page_id=PAGE.id, activity_id="x", value={"text": "a private word"}
    )
    client.force_login(coordinator)
    page = client.get(program.get_absolute_url()).content.decode()
    file = client.get(reverse("program_members_csv", args=[program.pk])).getvalue().decode()
    assert ("ann@example.org" in page, "ann@example.org" in file) == (True, True)
    assert ("a private word" in page, "a private word" in file) == (False, False)


def test_the_file_holds_the_list_and_runs_no_formula(client, coordinator, program):
    user = member(program, "ann@example.org", completed=TODAY)
    User.objects.filter(pk=user.pk).update(name="=1+1")
    client.force_login(coordinator)
    response = client.get(reverse("program_members_csv", args=[program.pk]))
    joined = user.memberships.get().joined_on.isoformat()
    assert list(csv.reader(response.getvalue().decode().splitlines())) == [
        ["Name", "Email", "Status", "Completed on", "Content version", "Valid until", "Joined on"],
        ["'=1+1", "ann@example.org", "Completed", "2026-11-25", "2026.1", "2029-11-25", joined],
    ]


def test_the_workbook_holds_the_same_list(client, coordinator, program):
    member(program, "ann@example.org", completed=TODAY)
    client.force_login(coordinator)
    response = client.get(reverse("program_members_xlsx", args=[program.pk]))
    book = zipfile.ZipFile(io.BytesIO(response.content))
    words = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())
    assert words[:8] == [
        "Name", "Email", "Status", "Completed on", "Content version", "Valid until", "Joined on", "Ann",
    ]  # fmt: skip
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_five_queries(client, coordinator, program, django_assert_num_queries, number):
    for place in range(number):
        member(program, f"{place}@example.org", opened=True, completed=TODAY)
    client.force_login(coordinator)
    with django_assert_num_queries(5):  # session, person, program, counts, list
        client.get(program.get_absolute_url())


@pytest.mark.parametrize(
    ("day", "has_begun", "status"),
    [
        (None, False, "Not started"),
        (None, True, "Under way"),
        (datetime.date(2023, 11, 25), True, "Completed"),
        (datetime.date(2023, 11, 24), True, "Expired"),
    ],
)
def test_ones_own_page_says_the_same_as_the_program_sees(program, day, has_begun, status):
    user = member(program, "ann@example.org", opened=has_begun, completed=day)
    completed = dict(Completion.objects.filter(user=user).values_list("edition", "completed_at"))
    [(_, mine)] = program_status.of_person(user, completed, has_begun, TODAY)
    [theirs] = program_status.standings(program, program_status.listed(program, TODAY))
    assert (str(mine), str(theirs.status_label)) == (status, status)


# Who may look


@pytest.mark.parametrize(
    ("person", "status"), [("coordinator", 200), ("outsider", 404), ("evaluator", 404), ("admin", 200)]
)
@pytest.mark.parametrize(
    "page", ["program", "program_members_csv", "program_members_xlsx", "program_settings"]
)
def test_only_its_coordinators_and_staff_see_a_program(client, request, program, person, status, page):
    client.force_login(request.getfixturevalue(person))
    assert client.get(reverse(page, args=[program.pk])).status_code == status


def test_a_second_coordinator_is_added_by_address(client, coordinator, outsider, program):
    client.force_login(coordinator)
    address = reverse("program_settings", args=[program.pk])
    wrong = client.post(address, {"action": "coordinator", "email": "nobody@example.org"})
    assert (wrong.status_code, list(program.coordinators.all())) == (422, [coordinator])
    client.post(address, {"action": "coordinator", "email": "Outsider@example.org"})
    assert list(program.coordinators.order_by("email")) == [coordinator, outsider]


def test_settings_change_what_the_program_asks_for(client, coordinator, program):
    client.force_login(coordinator)
    given = {
        "action": "save", "name": "T32 Heart", "institution_name": "Example U", "edition": "graduate",
        "due_on": "2027-04-30", "valid_years": "5", "extras": "Two sessions",
    }  # fmt: skip
    response = client.post(reverse("program_settings", args=[program.pk]), given)
    program.refresh_from_db()
    assert (response.status_code, program.due_on, program.valid_years, program.extras) == (
        302, datetime.date(2027, 4, 30), 5, "Two sessions",
    )  # fmt: skip
