"""Sheets to print, the brief, and the syllabus: open to everybody, as pages and as PDFs."""

import io

import pypdf
import pytest

from training import content
from training.content import Course
from training.markdown import parser

COURSE = content.load_all()["graduate"]
SHEET = """---
title: A sheet
lead: To print.
when: On Monday
section: toolkit
minutes: 5
---
We are ________ and ______________________.

## Write

::: lines 3
:::

| Mentor | Mentee |
|---|---|
| | |

See [the page](page:page-1) and a work [@kram-1983].
"""
REFLECT = "```reflect x\ntitle: X\nprompt: X\n```\n"


def pages(response):
    assert response["Content-Type"] == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(response.content)).pages


@pytest.fixture
def sheet(folder, settings):
    """A small course with one tool, and the same text as its brief."""
    folder.write("graduate/tools/a-sheet.md", SHEET)
    folder.write("graduate/brief.md", SHEET)
    folder.change("graduate/course.yaml", "sections:", "tools: [a-sheet]\nsections:")
    settings.CONTENT_DIR = folder.root
    return folder


@pytest.mark.parametrize("tool", COURSE.tools, ids=lambda tool: tool.id)
def test_a_tool_prints_on_two_pages_at_most_and_everybody_may(client, tool):
    assert 1 <= len(pages(client.get(f"/graduate/tools/{tool.id}.pdf"))) <= 2
    html = client.get(f"/graduate/tools/{tool.id}/").content.decode()
    assert f"<h1>{tool.head.title}</h1>" in html
    assert "page:" not in html
    assert "tool:" not in html


def test_the_brief_has_two_pages(client):
    text = [page.extract_text() for page in pages(client.get("/graduate/brief.pdf"))]
    assert len(text) == 2
    assert "Mentoring in brief" in text[0]
    assert "Tool kit and next steps" in text[1]


def test_a_sheet_has_lines_blanks_and_boxes_to_write_in(client, sheet):
    html = client.get("/graduate/tools/a-sheet/").content.decode()
    assert html.count('<span class="line"></span>') == 3
    assert '<span class="blank middle" role="img" aria-label="blank"></span>' in html
    assert '<span class="blank long" role="img" aria-label="blank"></span>' in html
    assert html.count("<td></td>") == 2
    assert '<a href="/graduate/what-is-mentoring/page-1/">the page</a>' in html
    assert "doi:10.5465/255910" in html


def test_a_blank_is_no_emphasis():
    assert "<em>mine</em>" in parser().render("____ and _mine_", {})
    assert 'class="blank short"' in parser().render("____ and _mine_", {})
    assert "snake_case_name" in parser().render("snake_case_name", {})


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("lines 3", "lines many", "tools/a-sheet.md:12: “::: lines” wants a number from 1 to 12"),
        (
            "page:page-1",
            "page:gone",
            "tools/a-sheet.md:19: “page:gone” leads nowhere in the edition graduate",
        ),
        ("section: toolkit", "section: kit", "tools/a-sheet.md:5: there is no section “kit”"),
        (
            "See",
            "```reflect x\ntitle: X\nprompt: X\n```\nSee",
            "tools/a-sheet.md:19: a sheet to print has no activities and no media",
        ),
        ("@kram-1983", "@nobody", "tools/a-sheet.md:19: “nobody” is not in references.yaml"),
    ],
)
def test_a_faulty_sheet_is_told_with_its_line(sheet, old, new, fault):
    sheet.change("graduate/tools/a-sheet.md", old, new)
    assert sheet.faults() == [f"graduate/{fault}"]


def test_a_tool_that_is_not_there_is_a_fault(sheet):
    sheet.change("graduate/course.yaml", "tools: [a-sheet]", "tools: [a-sheet, other]")
    assert sheet.faults() == ["graduate/course.yaml:7: there is no file tools/other.md"]


def test_what_is_not_there_is_not_found(client):
    for path in ("tools/nothing/", "tools/nothing.pdf"):
        assert client.get(f"/graduate/{path}").status_code == 404


def test_an_edition_without_tools_says_so(client, folder, settings):
    settings.CONTENT_DIR = folder.root
    assert "There are no tools" in client.get("/graduate/tools/").content.decode()
    assert client.get("/graduate/brief/").status_code == 404
    assert client.get("/graduate/brief.pdf").status_code == 404


@pytest.mark.django_db
def test_the_syllabus_lists_every_page_with_what_it_serves(client):
    html = client.get("/graduate/syllabus/").content.decode()
    for page in COURSE.pages:
        assert f"/graduate/{page.section_id}/{page.id}/" in html
    low, high = COURSE.core_minutes
    assert f"{low} to {high} minutes" in html
    assert "Fostering independence" in html


def test_a_competency_names_pages_that_there_are(folder):
    skills = "".join(f"  skill_{number:02d}: A skill\n" for number in range(1, 12))
    text = (
        f"skills:\n{skills}frameworks:\n  - title: A list\n    source: Somebody\n    url: https://example.org\n"
        "    items:\n      - title: Listening\n        pages: [page-1, gone]\n"
    )
    folder.write("graduate/competencies.yaml", text)
    assert folder.faults() == [
        "graduate/competencies.yaml:13: “Listening” names the page “gone”, which is not there"
    ]
    folder.write(
        "graduate/competencies.yaml", text.replace(", gone", "").replace("  skill_11: A skill\n", "")
    )
    assert folder.faults() == [
        "graduate/competencies.yaml:1: the skills are skill_01 to skill_11; see skill_11"
    ]
    folder.write(
        "undergraduate/course.yaml",
        'id: undergraduate\nextends: graduate\ntitle: O\nshort_title: O\nversion: "1"\nsummary: O.\n'
        "sections:\n  - {id: toolkit, pages: [page-7, theirs]}\n",
    )
    folder.write(
        "undergraduate/toolkit/theirs.md", "---\ntitle: T\nlabel: T\nlead: T.\nskills: []\n---\nText.\n"
    )
    folder.write("graduate/competencies.yaml", text.replace("gone", "theirs"))
    assert folder.faults() == []
    (framework,) = loaded(folder).competencies.frameworks
    assert [item.pages for item in framework.items] == [("page-1", "theirs")]


def loaded(folder) -> Course:
    return folder.load()["graduate"]
