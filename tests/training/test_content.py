"""The course's files: what loads, and what an author is told when something is wrong."""

import pytest

from training import content
from training.content import SECTIONS


def test_it_loads_a_course_with_its_activities(folder):
    course = folder.load()["graduate"]
    page = course.sections[0].pages[0]
    assert [section.id for section in course.sections] == list(SECTIONS)
    assert [(activity.kind, activity.id) for activity in page.activities] == [
        ("choice", "first"),
        ("reflect", "why"),
    ]
    assert [activity.id for activity in page.core_activities] == ["first"]
    assert (page.key, page.head.label, page.words) == ("graduate/page-1", "A page", 5)


def test_a_citation_becomes_a_numbered_link_and_a_reference(folder):
    page = folder.load()["graduate"].pages[0]
    assert page.blocks[0].html == (
        '<p>Some words, and a claim<sup class="cite"><a href="#ref-1" aria-label="Reference 1">1</a></sup>.</p>\n'
    )
    assert [reference.address for reference in page.references] == ["https://doi.org/10.5465/255910"]


def test_raw_html_is_shown_as_text(folder):
    folder.change(folder.first, "Some words", "<script>alert(1)</script> Some words")
    assert "&lt;script&gt;" in folder.load()["graduate"].pages[0].blocks[0].html


def test_an_overlay_shows_the_other_editions_pages_but_its_own_first(folder):
    folder.write("undergraduate/course.yaml", OVERLAY)
    folder.write("undergraduate/what-is-mentoring/page-1.md", OWN_PAGE)
    course = folder.load()["undergraduate"]
    assert [page.key for page in course.pages] == [
        "undergraduate/page-1",
        *[f"graduate/page-{number}" for number in range(2, 8)],
    ]
    assert course.sections[0].summary == "For mentors of undergraduates."
    assert course.completion == "All core pages."


OVERLAY = """id: undergraduate
extends: graduate
title: Other
short_title: Other
version: "1"
summary: Other people.
sections:
  - id: what-is-mentoring
    summary: For mentors of undergraduates.
"""
OWN_PAGE = "---\ntitle: Own\nlabel: Own\nlead: Own.\nskills: []\n---\nOwn words.\n"


FAULTS = [
    # (what is changed, into what, where and what the author is told)
    (
        "lead: One sentence.",
        "laed: One sentence.",
        4,
        "unknown key “laed”; expected title, label, lead, skills, depth, keywords",
    ),
    ("label: A page\n", "", 2, "“label” is missing"),
    ("title: A page with a point", "title: 12", 2, "expected text (put it in quotes)"),
    ("title: A page with a point", "title: A\ntitle: B", 3, "the key “title” is there twice"),
    ("skill_01", "skill_12", 2, "unknown skill skill_12; skills are skill_01 to skill_11"),
    ("@kram-1983", "@nobody-1900", 7, "“nobody-1900” is not in references.yaml"),
    ("```choice first", "```quiz first", 9, "unknown kind of activity “quiz”; there are choice, reflect"),
    (
        "```choice first",
        "```choice First!",
        9,
        "“First!” is no activity id: small letters, digits and hyphens",
    ),
    (
        "prompt: You have",
        "promt: You have",
        11,
        "unknown key “promt”; expected title, prompt, options, minutes, depth",
    ),
    ("    best: true\n", "", 10, "no option is marked “best: true”"),
    ("    best: true", "    best: Yes", 15, "expected true or false"),
    (
        "  - text: Tell\n    feedback: It closes the talk.\n",
        "",
        10,
        "a choice has 2 to 6 options, this one has 1",
    ),
    ("depth: deeper", "depth: deep", 21, "depth is “core” or “deeper”, not “deep”"),
    ("title: Why?", "title: [Why", 22, "not valid YAML: expected ',' or ']', but got ':'"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), FAULTS)
def test_a_fault_names_file_line_and_what_was_expected(folder, old, new, line, message):
    folder.change(folder.first, old, new)
    faults = folder.faults()
    assert f"{folder.first}:{line}: {message}" in faults


def test_all_faults_of_all_files_are_reported_at_once(folder):
    folder.change(folder.first, "lead: One", "laed: One")
    folder.change(folder.first, "@kram-1983", "@nobody")
    folder.change("graduate/course.yaml", "summary: For mentors.", "sumary: For mentors.")
    places = [fault.split(": ")[0] for fault in folder.faults()]
    assert places == ["graduate/course.yaml:1", "graduate/course.yaml:5"]
    folder.change("graduate/course.yaml", "sumary: For mentors.", "summary: For mentors.")
    places = [fault.split(": ")[0] for fault in folder.faults()]
    assert places == [f"{folder.first}:2", f"{folder.first}:4", f"{folder.first}:7"]


def test_an_id_used_twice_is_refused(folder):
    second = "graduate/roles-and-responsibilities/page-2.md"
    folder.write(second, OWN_PAGE + "\n```reflect why\ntitle: Again\nprompt: Say why.\n```\n")
    assert folder.faults() == [
        f"{second}:1: the id of activity why is used already in what-is-mentoring/page-1.md"
    ]


def test_a_page_that_is_listed_but_missing_is_reported(folder):
    (folder.root / folder.first).unlink()
    assert folder.faults() == [
        f"{folder.first}:1: this file is missing, but course.yaml lists the page “page-1”"
    ]


def test_sections_are_those_of_the_contract(folder):
    folder.change("graduate/course.yaml", "title: Tool Kit and Next Steps", "title: Tools")
    assert folder.faults() == ["graduate/course.yaml:1: section toolkit is titled “Tool Kit and Next Steps”"]


def test_the_real_course_has_both_editions_and_a_finished_page_in_every_section():
    courses = content.load_all()
    assert sorted(courses) == ["graduate", "undergraduate"]
    for course in courses.values():
        assert {section.id: section.title for section in course.sections} == SECTIONS
        for page in course.pages:
            assert page.words > 150, page.key
            assert page.activities, page.key


def test_the_course_lies_where_the_settings_say(folder, settings):
    settings.CONTENT_DIR = folder.root
    assert [page.id for page in content.load("graduate").pages] == [f"page-{number}" for number in range(1, 8)]
