"""Certificates: issued once, checked in public, corrected, revoked, and kept without a name when their holder goes."""

import datetime
import io
import re
import xml.etree.ElementTree as ET

import pypdf
import pytest
from django.core.cache import cache
from django.urls import reverse

from opm import personal_data
from tests.training.test_completion import fill
from training import certificate_views, content
from training.certificates import ALPHABET, CODE_LENGTH, Certificate, new_code, read_code
from training.completion import newly_complete
from training.models import Completion

pytestmark = pytest.mark.django_db
COURSE = content.load_all()["graduate"]
DAY = datetime.date(2026, 11, 3)


@pytest.fixture(autouse=True)
def no_checks_yet():
    cache.clear()


@pytest.fixture
def certificate(learner):
    Certificate.objects.issue(learner, [COURSE], DAY)
    return Certificate.objects.get()


def text_of(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


# Codes


def test_a_code_is_long_enough_that_nobody_guesses_one():
    code = new_code()
    assert (len(code), set(code) <= set(ALPHABET), len(ALPHABET) ** CODE_LENGTH > 2**128) == (26, True, True)
    assert len({new_code() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "typed",
    [
        "0123456789ABCDEFGHJKMNPQRS",
        " 0123-4567-89ab-cdef-ghjk-mnpqrs ",
        "OI23456789ABCDEFGHJKMNPQRS",
        "oL23 4567",
    ],
)
def test_a_code_is_read_as_people_type_it(typed):
    assert "0123456789ABCDEFGHJKMNPQRS".startswith(read_code(typed))


def test_a_code_is_printed_in_groups(certificate):
    certificate.code = "0123456789ABCDEFGHJKMNPQRS"
    assert certificate.grouped_code == "0123-4567-89AB-CDEF-GHJK-MNPQRS"
    assert read_code(certificate.grouped_code) == certificate.code


# Issuing


def test_it_is_issued_once_by_what_completes_the_edition(learner):
    fill(learner)
    assert [course.id for course in newly_complete(learner)] == ["graduate"]
    certificate = Certificate.objects.get()
    assert {
        name: getattr(certificate, name)
        for name in ("user", "name", "edition", "title", "content_version", "rule", "issuer")
    } == {
        "user": learner,
        "name": "Learner",
        "edition": "graduate",
        "title": COURSE.title,
        "content_version": COURSE.version,
        "rule": COURSE.completion,
        "issuer": "Optimizing the Practice of Mentoring",
    }
    assert certificate.competencies == list(COURSE.competencies.skills.values())
    assert certificate.completed_on == Completion.objects.get().completed_at.astimezone().date()
    code = certificate.code
    assert newly_complete(learner) == []
    Certificate.objects.issue(learner, [COURSE], DAY)
    assert list(Certificate.objects.values_list("code", flat=True)) == [code]


def test_a_name_that_changes_later_leaves_the_certificate_as_it_was(learner, certificate):
    learner.name = "Somebody Else"
    learner.save()
    certificate.refresh_from_db()
    assert certificate.name == "Learner"


@pytest.mark.parametrize(
    ("completed", "refresher"),
    [
        (datetime.date(2026, 11, 3), datetime.date(2029, 11, 3)),
        (datetime.date(2028, 2, 29), datetime.date(2031, 2, 28)),
    ],
)
def test_a_refresher_is_suggested_after_three_years(completed, refresher):
    assert Certificate(completed_on=completed).refresher_on == refresher


@pytest.mark.parametrize(("minutes", "hours"), [(120, 2.0), (100, 1.5), (110, 2.0), (30, 0.5)])
def test_hours_are_told_to_the_half(minutes, hours):
    assert Certificate(minutes=minutes).hours == hours


# Checking


def test_anybody_sees_every_printed_fact_and_no_account_is_needed(
    client, certificate, django_assert_num_queries
):
    with django_assert_num_queries(1):
        response = client.get(certificate.get_absolute_url())
    text = text_of(response)
    shown = [
        "Learner", "Valid.", COURSE.title, "Asynchronous online, self-paced", "Nominal hours 2 ", "November 3, 2026",
        f"Content version {COURSE.version}", COURSE.completion, *COURSE.competencies.skills.values(),
        "Refresher suggested by November 3, 2029", certificate.issuer, certificate.grouped_code,
    ]  # fmt: skip
    assert [fact for fact in shown if fact not in text.replace("&#x27;", "’")] == []
    assert (response.status_code, response["X-Robots-Tag"]) == (200, "noindex")
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert certificate.user.email not in response.content.decode()
    assert "Is the name right?" not in text


def test_the_qr_code_is_a_drawing_of_its_own(client, certificate, settings):
    settings.SITE_URL = "https://mentoring.example.edu"
    assert certificate.address == f"https://mentoring.example.edu/certificates/{certificate.code}/"
    svg = ET.fromstring(str(certificate.qr_svg))
    assert svg.tag.endswith("svg")
    side = int(svg.attrib["viewBox"].split()[2])
    assert (side - 17) % 4 == 0  # as wide as a QR code can be


def test_a_code_that_is_not_there_says_so_and_can_be_typed_again(client, certificate):
    response = client.get(reverse("certificate", args=["0" * 26]))
    assert response.status_code == 404
    assert "There is no certificate with this code." in text_of(response)
    assert f'value="{"0" * 26}"' in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter the code that is printed on the certificate."),
        ("ABC", "A code has 26 letters and digits; this one has 3. Check it for a missing group."),
    ],
)
def test_a_code_typed_wrongly_is_told_at_the_field(client, typed, message):
    response = client.get(reverse("certificate_find"), {"code": typed})
    assert (response.status_code, message in text_of(response)) == (422, True)


def test_a_typed_code_leads_to_its_page(client, certificate):
    response = client.get(reverse("certificate_find"), {"code": certificate.grouped_code.lower()})
    assert (response.status_code, response.url) == (302, certificate.get_absolute_url())


def test_checks_from_one_address_are_limited(client, certificate, monkeypatch):
    monkeypatch.setattr(certificate_views, "CHECKS_A_MINUTE", 3)
    statuses = [client.get(certificate.get_absolute_url()).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_a_revoked_one_says_so_and_why(client, certificate):
    certificate.revoke("Issued to the wrong person.")
    text = text_of(client.get(certificate.get_absolute_url()))
    assert "Not valid: revoked on" in text
    assert "Issued to the wrong person." in text
    assert "Valid." not in text
    assert client.get(reverse("certificate_pdf", args=[certificate.code])).status_code == 404


# The PDF


def test_the_pdf_is_one_tagged_page_with_the_facts_and_the_address(client, certificate):
    response = client.get(reverse("certificate_pdf", args=[certificate.code]))
    assert response["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    text = " ".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1
    assert reader.metadata.title == "Certificate of completion: Learner"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert [
        fact for fact in ("Learner", "November 3, 2026", certificate.grouped_code) if fact not in text
    ] == []
    links = {note.get_object()["/A"]["/URI"] for note in reader.pages[0]["/Annots"]}  # one a line of it
    assert links == {certificate.address}


# The holder's own


def test_its_holder_corrects_the_name_and_the_code_stays(client, learner, certificate):
    client.force_login(learner)
    assert "Is the name right?" in text_of(client.get(certificate.get_absolute_url()))
    response = client.post(reverse("certificate_name", args=[certificate.code]), {"name": "Lena Ortiz, PhD"})
    assert (response.status_code, response.url) == (302, certificate.get_absolute_url())
    code = certificate.code
    certificate.refresh_from_db()
    assert (certificate.name, certificate.code, certificate.completed_on) == ("Lena Ortiz, PhD", code, DAY)
    client.logout()
    assert "Its holder corrected the name on" in text_of(client.get(certificate.get_absolute_url()))


def test_an_empty_name_is_told_at_the_field(client, learner, certificate):
    client.force_login(learner)
    response = client.post(reverse("certificate_name", args=[certificate.code]), {"name": " "})
    assert response.status_code == 422
    assert "Enter the name as it should stand on the certificate." in text_of(response)
    certificate.refresh_from_db()
    assert (certificate.name, certificate.name_corrected_on) == ("Learner", None)


def test_nobody_else_corrects_it(client, outsider, certificate):
    address = reverse("certificate_name", args=[certificate.code])
    assert client.post(address, {"name": "Mine"}).status_code == 302  # to sign in
    client.force_login(outsider)
    assert client.post(address, {"name": "Mine"}).status_code == 404
    certificate.refresh_from_db()
    assert certificate.name == "Learner"


def test_who_erases_their_account_leaves_a_stub_without_a_name(client, learner, certificate):
    personal_data.erase(learner)
    response = client.get(certificate.get_absolute_url())
    text = text_of(response)
    assert response.status_code == 200
    assert "This certificate is real. Its holder erased their account" in text
    assert "Learner" not in text
    assert client.get(reverse("certificate_pdf", args=[certificate.code])).status_code == 404


def test_the_end_of_the_course_shows_it(client, learner):
    fill(learner)
    newly_complete(learner)
    client.force_login(learner)
    html = client.get(reverse("complete", args=["graduate"])).content.decode()
    assert reverse("certificate_pdf", args=[Certificate.objects.get().code]) in html
