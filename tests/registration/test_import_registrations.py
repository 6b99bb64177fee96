"""Registrations from an older site: all of a file is taken over, or nothing, and who was taken over finds their record."""

import csv
import datetime
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opm.sheets import ImportRefusedError
from registration.importing import import_registrations
from registration.models import ImportedFile, Institution, OutgoingMail, User

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 5, 20)
HEADER = ["registered_on", "email", "name", "job_title", "institution", "ctsa", "job_category",
          "reason__required", "reason__own_development", "reason__reviewing", "reason__other"]  # fmt: skip
ADA = ["2015-03-27", "Ada@Example.edu", "Ada Okafor", "Professor", "Harbor College", "1",
       "faculty_or_administrator", "1", "0", "", "0"]  # fmt: skip


def row(base=ADA, **changes):
    return [changes.get(name, cell) for name, cell in zip(HEADER, base, strict=True)]


@pytest.fixture
def sheet(tmp_path):
    """sheet(*rows) -> a CSV file with the header and these rows."""

    def write(*rows, header=HEADER, name="old.csv", encoding="utf-8"):
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


def kept():
    return User.objects.count(), EmailAddress.objects.count(), ImportedFile.objects.count()


def refusal(path, **options):
    before = kept()
    with pytest.raises(ImportRefusedError) as error:
        import_registrations(path, TODAY, **options)
    assert kept() == before
    return str(error.value).splitlines()


def run(path, **options):
    out = StringIO()
    call_command("import_registrations", path, stdout=out, **options)
    return out.getvalue().splitlines()


def test_everything_arrives(sheet):
    harbor = Institution.objects.create(name="Harbor College")
    import_registrations(
        sheet(ADA, row(email="ben@example.edu", institution="  Prairie  Center ", ctsa="")), TODAY
    )
    ada, ben = User.objects.all()
    assert (ada.email, ada.name, ada.job_title, ada.job_category) == (
        "ada@example.edu",
        "Ada Okafor",
        "Professor",
        "faculty_or_administrator",
    )
    assert (ada.institution, ada.institution_name, ada.at_ctsa) == (harbor, "Harbor College", True)
    assert (ben.institution, ben.institution_name, ben.at_ctsa) == (None, "Prairie Center", None)
    assert (ada.registered_on, ada.imported_on) == (datetime.date(2015, 3, 27), TODAY)
    assert ada.reasons == ["required by my institution, department, or program"]
    assert (ada.is_active, ada.is_staff, ada.last_login, ada.has_usable_password()) == (
        True,
        False,
        None,
        False,
    )
    assert list(EmailAddress.objects.order_by("email").values_list("email", "verified", "primary")) == [
        ("ada@example.edu", False, True),
        ("ben@example.edu", False, True),
    ]


def test_nobody_is_mailed(sheet, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        import_registrations(sheet(ADA), TODAY)
    assert (OutgoingMail.objects.count(), mail.outbox) == (0, [])


def test_one_person_whatever_the_case_of_the_address(sheet):
    """The first date stands with what was said then; gaps are filled, reasons united. A +tag is another address."""
    later = row(registered_on="2019-01-02", email="ADA@example.edu", job_title="Dean", name="A. Okafor",
                ctsa="0", reason__required="0", reason__reviewing="1")  # fmt: skip
    first = row(registered_on="2013-06-30", name="", reason__required="0", reason__own_development="1")
    done = import_registrations(sheet(later, first, ADA, row(email="ada+opm@example.edu")), TODAY)
    assert (done.registrations, len(done.new)) == (4, 2)
    ada = User.objects.get(email="ada@example.edu")
    assert (ada.registered_on, ada.name, ada.job_title) == (
        datetime.date(2013, 6, 30),
        "Ada Okafor",
        "Professor",
    )
    assert ada.at_ctsa is True
    assert [ada.reason_required, ada.reason_own_development, ada.reason_reviewing, ada.reason_other] == [
        True, True, True, False]  # fmt: skip


def test_who_is_here_already_keeps_their_own_later_data(sheet, make_user):
    make_user(
        "ada@example.edu",
        job_title="Dean",
        institution_name="Elsewhere",
        reason_other=True,
        registered_on=datetime.date(2024, 1, 1),
    )
    done = import_registrations(sheet(ADA), TODAY)
    assert (len(done.new), done.already, done.earlier, done.more_reasons) == (0, 1, 1, 1)
    ada = User.objects.get()
    assert (ada.name, ada.job_title, ada.institution_name) == ("Ada", "Dean", "Elsewhere")
    assert ada.at_ctsa is None  # the list speaks of another institution
    assert ada.job_category == "faculty_or_administrator"  # they had not said
    assert (ada.registered_on, ada.imported_on) == (datetime.date(2015, 3, 27), TODAY)
    assert (ada.reason_required, ada.reason_other) == (True, True)
    assert EmailAddress.objects.get().verified is True


@pytest.mark.parametrize(("typed", "at_ctsa"), [("", True), ("harbor college", True), ("Elsewhere", None)])
def test_what_the_list_says_of_an_institution_counts_for_that_one(sheet, make_user, typed, at_ctsa):
    make_user("ada@example.edu", institution_name=typed)
    import_registrations(sheet(ADA), TODAY)
    assert User.objects.get().at_ctsa is at_ctsa


def test_an_earlier_date_here_stands(sheet, make_user):
    make_user("ada@example.edu", registered_on=datetime.date(2014, 1, 1))
    import_registrations(sheet(ADA), TODAY)
    assert User.objects.get().registered_on == datetime.date(2014, 1, 1)


FAULTS = [
    ("registered_on", "27.03.2015", '"27.03.2015" is no date such as 2015-03-27'),
    ("registered_on", "2015-02-30", '"2015-02-30" is no date such as 2015-03-27'),
    ("registered_on", "20150327", '"20150327" is no date such as 2015-03-27'),
    ("registered_on", "", '"" is no date such as 2015-03-27'),
    ("registered_on", "2026-05-21", '"2026-05-21" is still to come'),
    ("email", "ada", '"ada" is no email address'),
    ("email", "", '"" is no email address'),
    ("name", "x" * 151, f'"{"x" * 40}…" has 151 characters; 150 is the most'),
    ("institution", "x" * 201, f'"{"x" * 40}…" has 201 characters; 200 is the most'),
    ("job_title", "a\0b", "'a\\x00b' holds a NUL character"),
    ("ctsa", "yes", '"yes" is neither 0 nor 1'),
    ("reason__other", "2", '"2" is neither 0 nor 1'),
    ("job_category", "boss", '"boss" is none of faculty_or_administrator, student_or_fellow, health_professional, other'),
]  # fmt: skip


def test_every_fault_is_named_at_once(sheet):
    rows = [row(**{column: value}) for column, value, _ in FAULTS]
    assert refusal(sheet(ADA, *rows)) == [
        f"old.csv:{line}: {column}: {told}" for line, (column, _, told) in enumerate(FAULTS, start=3)
    ]


def test_what_is_wrong_with_the_columns_is_named(sheet):
    path = sheet(["ada@example.edu", "1"], header=["email", "reason_required"])
    assert refusal(path) == [
        'old.csv:1: unknown column "reason_required"',
        "old.csv:1: there is no column registered_on",
    ]
    assert refusal(sheet([*ADA, "more"])) == ["old.csv:2: 12 cells in this row, 11 in the header"]
    assert refusal(sheet()) == ["old.csv: there is nothing to import in it"]


def test_two_columns_are_enough_and_labels_are_read(sheet):
    import_registrations(sheet(["2015-03-27", "ada@example.edu"], header=HEADER[:2]), TODAY)
    path = sheet(row(email="ben@example.edu", job_category="Student or fellow"), name="more.csv")
    import_registrations(path, TODAY)
    assert [(user.email, user.job_category) for user in User.objects.all()] == [
        ("ada@example.edu", ""),
        ("ben@example.edu", "student_or_fellow"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_with_and_without_its_mark(sheet, encoding):
    import_registrations(sheet(row(name="Tomás Rivera"), encoding=encoding), TODAY)
    assert User.objects.get().name == "Tomás Rivera"


def test_other_encodings_are_refused(sheet):
    assert refusal(sheet(ADA, row(name="Tomás"), encoding="latin-1")) == [
        "old.csv:3: this is not UTF-8 text."
    ]


def test_a_missing_file_is_told(tmp_path):
    path = tmp_path / "none.csv"
    assert refusal(path) == [f"There is no file {path}."]


def test_the_same_file_twice_is_refused_also_under_another_name(sheet):
    """Also when somebody has erased their account since, who must not come back by it."""
    import_registrations(sheet(ADA), TODAY)
    ImportedFile.objects.update(imported_on=TODAY)
    User.objects.all().delete()
    assert refusal(sheet(ADA, name="again.csv")) == ["again.csv was imported before, on 2026-05-20."]


def test_a_file_that_changes_nothing_is_refused(sheet):
    import_registrations(sheet(ADA), TODAY)
    again = sheet(ADA, encoding="utf-8-sig", name="again.csv")
    assert refusal(again) == ["again.csv: there is nothing in it that is not here already."]


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(sheet, make_user):
    Institution.objects.create(name="Harbor College")
    make_user("ada@example.edu", institution_name="Elsewhere")
    before = list(User.objects.values()), kept()
    path = sheet(ADA, row(email="ben@example.edu", institution="Prairie"), row(email="Ben@example.edu"))
    told = [
        "New people: 1.",
        "Rows joined to another of the same address: 1.",
        "Here already: 1; 1 with an earlier date now, 1 with a further reason. What they said here themselves stays.",
        "Institutions that are not in the table, and count by their names: 1.",
    ]
    assert run(path, dry_run=True) == [
        "No fault found; this would import 3 registrations from old.csv.",
        *told,
    ]
    assert (list(User.objects.values()), kept()) == before
    assert run(path) == ["Imported 3 registrations from old.csv.", *told]
    assert ImportedFile.objects.values_list("name", "people").get() == ("old.csv", 2)


def test_the_command_fails_on_a_fault(sheet):
    with pytest.raises(CommandError) as error:
        call_command("import_registrations", sheet(row(ctsa="x")))
    assert str(error.value) == 'Nothing was imported.\nold.csv:2: ctsa: "x" is neither 0 nor 1'
    assert error.value.returncode == 1


def test_large_files_go_in_batches(sheet, monkeypatch):
    monkeypatch.setattr("registration.importing.BATCH", 7)
    rows = [row(email=f"person{number}@example.edu") for number in range(30)]
    import_registrations(sheet(*rows[:20]), TODAY)
    later = [[*each[:-1], "1"] for each in rows]
    done = import_registrations(sheet(*later, name="more.csv"), TODAY)
    assert (len(done.new), done.already, done.more_reasons) == (10, 20, 20)
    assert User.objects.filter(reason_other=True).count() == EmailAddress.objects.count() == 30


def test_an_institution_is_looked_up_once(sheet):
    rows = [row(email=f"person{number}@example.edu") for number in range(300)]
    with CaptureQueriesContext(connection) as queries:
        import_registrations(sheet(*rows), TODAY)
    assert sum('FROM "registration_institution"' in query["sql"] for query in queries) == 1
    assert User.objects.count() == EmailAddress.objects.count() == 300


def test_a_first_sign_in_by_code_finds_the_record(sheet, client, post, newest_code):
    import_registrations(sheet(ADA), TODAY)
    post("/accounts/login/code/", {"email": "Ada@Example.edu"})
    assert [message.subject for message in mail.outbox] == ["Your sign-in code"]
    response = post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert response.headers["Location"] == "/me/"
    assert "You registered on March 27, 2015, and your record is here." in client.get("/me/").content.decode()
    ada = User.objects.get()
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert (ada.registered_on, ada.reason_required) == (datetime.date(2015, 3, 27), True)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("ada@example.edu", True, True)
    ]
    assert len(mail.outbox) == 1


def test_a_second_sign_in_is_not_greeted(sheet, client, post, newest_code):
    import_registrations(sheet(ADA), TODAY)
    for greetings in (1, 0):
        post("/accounts/login/code/", {"email": "ada@example.edu"})
        post("/accounts/login/code/confirm/", {"code": newest_code()})
        assert client.get("/me/").content.decode().count("Welcome back.") == greetings
        post("/accounts/logout/")


def test_registering_anew_leads_to_sign_in(sheet, client, post, answers):
    import_registrations(sheet(ADA), TODAY)
    before = list(User.objects.values())
    unknown = post("/accounts/signup/", answers | {"email": "new@example.edu"})
    client.cookies.clear()
    known = post("/accounts/signup/", answers | {"email": "ADA@example.edu"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert mail.outbox[-1].to == ["ada@example.edu"]
    assert "/accounts/login/code/" in str(mail.outbox[-1].body)
    assert "There is an account for it" in str(mail.outbox[-1].body)
    assert list(User.objects.filter(email="ada@example.edu").values()) == before


def test_a_password_left_with_a_taken_over_address_opens_nothing(sheet, client, post, answers):
    """Whoever registers another person's address leaves no password behind at it."""
    import_registrations(sheet(ADA), TODAY)
    post("/accounts/signup/", answers | {"password1": "seven quiet herons"})
    client.cookies.clear()
    post("/accounts/login/", {"login": "ada@example.edu", "password": "seven quiet herons"})
    assert "_auth_user_id" not in client.session
    assert User.objects.get().has_usable_password() is False
