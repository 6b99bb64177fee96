"""`manage.py course`: the course as data, and what changed."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from training.parts import SECTIONS

FIGURE = "```figure drawn\nfile: one.svg\nalt: A path.\n```\n"


@pytest.fixture
def course(folder, settings):
    settings.CONTENT_DIR = folder.root
    folder.change(folder.first, "```choice first", f"{FIGURE}\n```choice first")
    folder.write("graduate/media/one.svg", '<svg viewBox="0 0 1 1"/>')
    folder.change(
        "graduate/roles-and-responsibilities/page-2.md",
        "label:",
        "depth: deeper\nchanged: 2026-11-23\nlabel:",
    )
    folder.change(
        "graduate/strategies/page-4.md", "label:", "changed: 2026-10-01\nchange_note: A second case.\nlabel:"
    )
    return folder


def call(*arguments):
    out = io.StringIO()
    call_command("course", *arguments, stdout=out)
    return out.getvalue()


def test_it_prints_the_course_as_json_as_others_read_it(course):
    (edition,) = json.loads(call("--format", "json"))["editions"]
    pages = {page["id"]: page for section in edition["sections"] for page in section["pages"]}
    assert {name: edition[name] for name in ("id", "title", "version", "core_minutes")} == {
        "id": "graduate", "title": "Mentors", "version": "1", "core_minutes": [2, 3],
    }  # fmt: skip
    assert {section["id"]: section["title"] for section in edition["sections"]} == SECTIONS
    assert pages["page-1"] == {
        "id": "page-1",
        "title": "A page with a point",
        "depth": "core",
        "words": 5,
        "minutes": [2, 3],
        "skills": ["skill_01"],
        "activities": [
            {"id": "first", "kind": "choice", "depth": "core"},
            {"id": "why", "kind": "reflect", "depth": "deeper"},
        ],
        "media": [{"kind": "figure", "seconds": 0}],
    }
    assert pages["page-2"]["depth"] == "deeper"


def test_it_prints_an_outline(course):
    assert call().splitlines()[:8] == [
        "Mentors (graduate 1): 2 to 3 minutes, core pages",
        "",
        "1. What Is Mentoring?",
        "   page-1: A page with a point (5 words, 2 to 3 min)",
        "      choice, reflect, figure, skill_01",
        "",
        "2. Roles and Responsibilities",
        "   page-2: A page with a point (5 words, 1 to 2 min, deeper)",
    ]


def test_it_tells_what_changed_since_a_day(course):
    assert call("--changed-since", "2026-10-01").splitlines() == [
        "Mentors (graduate 1), changed since 2026-10-01:",
        "   2026-11-23 roles-and-responsibilities/page-2, A page with a point",
        "   2026-10-01 strategies/page-4, A page with a point: A second case.",
    ]
    (edition,) = json.loads(call("--changed-since", "2026-10-02", "--format", "json"))["editions"]
    assert edition["changed"] == [
        {
            "section": "roles-and-responsibilities",
            "id": "page-2",
            "title": "A page with a point",
            "changed": "2026-11-23",
            "note": "",
        }
    ]
    assert call("--changed-since", "2027-01-01").splitlines()[1] == "   nothing"


@pytest.mark.parametrize("date", ["soon", "2026-13-01", "1.10.2026"])
def test_a_day_is_written_as_a_date(course, date):
    with pytest.raises(CommandError) as error:
        call("--changed-since", date)
    assert str(error.value).endswith(f"“{date}” is no date; expected one such as 2026-10-01")


def test_the_real_course_is_printed_whole():
    editions = json.loads(call("--format", "json"))["editions"]
    assert [edition["id"] for edition in editions] == ["graduate", "undergraduate"]
    for edition in editions:
        assert [section["id"] for section in edition["sections"]] == list(SECTIONS)
        low, high = edition["core_minutes"]
        assert 0 < low < high
