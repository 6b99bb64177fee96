"""Everything about a person as one file: what is in it, what is not, and what it is called."""

import io
import json
import zipfile

import pypdf
import pytest
from django.utils import timezone

from training import content
from training.models import ActionPlan, PageNote

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])
PAGE = content.load_all()["graduate"].pages[0]


def unpack(response):
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def text_of(pdf):
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_it_asks_to_sign_in(client):
    assert client.get("/me/export/").url == "/accounts/login/?next=/me/export/"


def test_who_has_written_nothing_gets_the_data_and_what_it_means(client, learner):
    client.force_login(learner)
    response = client.get("/me/export/")
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == f'attachment; filename="my-data-{timezone.localdate()}.zip"'
    files = unpack(response)
    assert list(files) == ["README.txt", "data.json"]
    assert json.loads(files["data.json"])["users"][0]["email"] == "learner@example.org"
    assert "http://localhost:8000/privacy/" in files["README.txt"].decode()


def test_it_holds_plan_and_workbook_of_each_edition_and_nobody_elses(client, learner, outsider):
    learner.name = "Łukasz O'Brien & <Söhne>"
    learner.save()
    for edition in ("graduate", "undergraduate"):
        ActionPlan.objects.create(user=learner, edition=edition, goals=[f"goal {edition}"])
        ActionPlan.objects.create(user=outsider, edition=edition, goals=["theirs"])
    PageNote.objects.write(learner, PAGE, "my note", PageNote.digest(""))
    client.force_login(learner)
    files = unpack(client.get("/me/export/"))
    papers = [name for name in files if name.endswith(".pdf")]
    assert papers == [
        "graduate-mentoring-action-plan.pdf",
        "graduate-mentoring-workbook.pdf",
        "undergraduate-mentoring-action-plan.pdf",
        "undergraduate-mentoring-workbook.pdf",
    ]
    assert "goal graduate" in text_of(files["graduate-mentoring-action-plan.pdf"])
    assert "my note" in text_of(files["graduate-mentoring-workbook.pdf"])
    assert "goal undergraduate" in text_of(files["undergraduate-mentoring-action-plan.pdf"])
    everything = " ".join(text_of(files[name]) for name in papers) + files["data.json"].decode()
    assert "theirs" not in everything
    readme = files["README.txt"].decode()
    assert "Łukasz O'Brien & <Söhne>" in readme
    assert [name for name in papers if f"  {name}\n" in readme] == papers
    assert "  action plans: 2\n" in readme


def test_the_data_alone_is_the_same_as_in_the_zip(client, learner):
    client.force_login(learner)
    alone = client.get("/me/export/?format=json")
    assert alone["Content-Type"] == "application/json"
    assert alone.content == unpack(client.get("/me/export/"))["data.json"]
