"""The course's files: what loads, and what an author is told when something is wrong."""

import datetime
import os
import time

import pytest

from training import apps, content
from training.activities import KINDS
from training.parts import SECTIONS
from training.progress import course_state

HEAD_KEYS = "title, label, lead, skills, depth, keywords, changed, change_note, was, closes_section"


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
        '<p id="p-1">Some words, and a claim<sup class="cite"><a href="#ref-1" aria-label="Reference 1">1</a></sup>.</p>\n'
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


HEARD = "audio, presentation, figure"
UNKNOWN_KIND = f"unknown kind of activity “quiz”; there are {', '.join(KINDS)}, and to see or hear {HEARD}"
FAULTS = [
    # (what is changed, into what, where and what the author is told)
    (
        "lead: One sentence.",
        "laed: One sentence.",
        4,
        f"unknown key “laed”; expected {HEAD_KEYS}",
    ),
    ("label: A page\n", "", 2, "“label” is missing"),
    ("title: A page with a point", "title: 12", 2, "expected text (put it in quotes)"),
    ("title: A page with a point", "title: A\ntitle: B", 3, "the key “title” is there twice"),
    ("skill_01", "skill_12", 5, "unknown skill skill_12; skills are skill_01 to skill_11"),
    ("@kram-1983", "@nobody-1900", 7, "“nobody-1900” is not in references.yaml"),
    ("```choice first", "```quiz first", 9, UNKNOWN_KIND),
    ("```choice first", "```choice p-1", 9, "the page itself uses the id “p-1”; choose another"),
    (
        "You have an hour",
        "You have an [[hour]]",
        9,
        "citations, terms and links go into the page's text, not into an activity",
    ),
    ("depth: deeper", "depth: deeper\nminutes: 1:30", 24, "expected a whole number"),
    ("skills: [skill_01]", "skills: [skill_01]\ndepth: deep", 6, "depth is “core” or “deeper”, not “deep”"),
    (
        "skills: [skill_01]",
        "skills: [skill_01]\nchanged: 23 Nov 2026",
        6,
        "“23 Nov 2026” is no date; expected one such as 2026-11-23",
    ),
    (
        "skills: [skill_01]",
        "skills: [skill_01]\nchange_note: New case.",
        6,
        "a change note goes with the date in “changed”",
    ),
    ("Some words", "Some [[words]]", 7, "“words” is not in glossary.yaml"),
    (
        "```choice first",
        "```choice First!",
        9,
        "“First!” is no id for an activity: small letters, digits and hyphens",
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
    assert folder.faults() == ["graduate/course.yaml:39: section toolkit is titled “Tool Kit and Next Steps”"]


def test_the_real_course_has_both_editions_and_a_finished_page_in_every_section():
    courses = content.load_all()
    assert sorted(courses) == ["graduate", "undergraduate"]
    for course in courses.values():
        assert {section.id: section.title for section in course.sections} == SECTIONS
        for page in course.pages:
            assert page.words > 120, page.key
            assert page.activities, page.key


def test_the_course_lies_where_the_settings_say(folder, settings):
    settings.CONTENT_DIR = folder.root
    assert [page.id for page in content.load("graduate").pages] == [
        f"page-{number}" for number in range(1, 8)
    ]


def test_a_file_that_is_no_text_is_reported(folder):
    (folder.root / folder.first).write_bytes(b"---\ntitle: Caf\xe9\n---\n")
    assert folder.faults() == [f"{folder.first}:2: not UTF-8 text: save the file as UTF-8"]


def test_the_system_check_reports_every_fault_and_lets_the_server_under_edit_go_on(
    folder, settings, monkeypatch
):
    settings.CONTENT_DIR = folder.root
    folder.change(folder.first, "@kram-1983", "@nobody")
    folder.change(folder.first, "```choice first", "```choice First")
    (found, _) = messages = apps.check_content()
    assert [message.id for message in messages] == ["training.E001", "training.E001"]
    assert found.msg == f"{folder.root}/{folder.first}:7: “nobody” is not in references.yaml"
    assert found.is_serious()
    monkeypatch.setenv("RUN_MAIN", "true")
    assert [message.is_serious() for message in apps.check_content()] == [False, False]


# What changed, and what became of pages


def add_to_head(folder, number, lines):
    section_id = list(SECTIONS)[number - 1]
    folder.change(f"graduate/{section_id}/page-{number}.md", "---\n", f"---\n{lines}\n")


def test_it_lists_what_changed_since_a_day_the_latest_first(folder):
    add_to_head(folder, 1, "changed: 2026-10-01")
    add_to_head(folder, 2, "changed: 2026-11-23\nchange_note: A second case.")
    add_to_head(folder, 3, "changed: 2026-09-30")
    changed = folder.load()["graduate"].changed_since(datetime.date(2026, 10, 1))
    assert [(page.id, page.head.change_note) for page in changed] == [
        ("page-2", "A second case."),
        ("page-1", ""),
    ]


def test_a_renamed_page_is_found_and_resumed_under_its_old_id_and_what_was_done_there_counts(folder):
    add_to_head(folder, 2, "was: [old-page, older-page]")
    course = folder.load()["graduate"]
    page = course.pages[1]
    assert course.find("roles-and-responsibilities", "old-page") == page
    assert course.page_by_old_id("older-page") == page
    assert course.resume(["graduate/old-page", "graduate/page-1"]) == page
    assert page.keys == {"graduate/page-2", "graduate/old-page", "graduate/older-page"}


def test_a_page_that_moved_to_another_section_is_found_at_its_old_address(folder):
    course = folder.load()["graduate"]
    assert course.find("toolkit", "page-1") == course.pages[0]
    assert course.find("nowhere", "page-1") is None
    assert course.find("toolkit", "page-99") is None


def test_another_edition_leads_on_from_the_same_removed_pages(folder):
    folder.change("graduate/course.yaml", "sections:", "removed:\n  gone: page-3\nsections:")
    folder.write("undergraduate/course.yaml", OVERLAY + "removed:\n  left: page-4\n")
    course = folder.load()["undergraduate"]
    assert [course.page_for(key) for key in ("graduate/gone", "undergraduate/left")] == list(
        course.pages[2:4]
    )


def test_from_a_removed_page_one_goes_on_with_its_successor_else_with_the_last_page_that_is_left(folder):
    folder.change("graduate/course.yaml", "sections:", "removed:\n  gone: page-3\nsections:")
    course = folder.load()["graduate"]
    assert course.find("strategies", "gone") == course.pages[2]
    assert course.resume(["graduate/gone", "graduate/page-1"]) == course.pages[2]
    assert course.resume(["graduate/forgotten", "undergraduate/page-5", "graduate/page-4"]) == course.pages[3]
    assert course.resume(["graduate/forgotten"]) is None
    assert course.resume([]) is None


SECOND = "roles-and-responsibilities/page-2.md"
MOVES = [
    ("was: [page-3]", "", f"{SECOND}:2: this page was “page-3”, but there still is a page of that id"),
    ("was: [gone]", "gone: page-3", f"{SECOND}:2: “gone” leads to another page already"),
    ("was: [gone, gone]", "", f"{SECOND}:2: “gone” leads to another page already"),
    ("depth: core", "gone: gone-too", "course.yaml:7: “gone” leads to “gone-too”, which is no page"),
    ("depth: core", "page-1: page-3", "course.yaml:7: “page-1” is removed, but there still is a page of that id"),
]  # fmt: skip


@pytest.mark.parametrize(("head", "removed", "fault"), MOVES)
def test_an_old_id_leads_to_one_page_that_there_is(folder, head, removed, fault):
    add_to_head(folder, 2, head)
    if removed:
        folder.change("graduate/course.yaml", "sections:", f"removed:\n  {removed}\nsections:")
    assert folder.faults() == [f"graduate/{fault}"]


# Another edition


def test_progress_carries_over_but_for_what_the_other_edition_has_of_its_own(folder):
    folder.write("undergraduate/course.yaml", OVERLAY)
    folder.write(
        "undergraduate/what-is-mentoring/page-1.md",
        OWN_PAGE + "\n```reflect first\ntitle: Own\nprompt: Own.\n```\n",
    )
    courses = folder.load()
    mine, theirs = courses["undergraduate"], courses["graduate"]
    assert [page.key for page in mine.pages[1:]] == [page.key for page in theirs.pages[1:]]
    answered = {page.activity_key(item) for page in theirs.pages for item in page.activities}
    done = {page.key for page in theirs.pages}
    state = course_state(mine, done, answered)
    assert [page.page.id for section in state.sections for page in section.pages if page.is_done] == [
        f"page-{number}" for number in range(2, 8)
    ]
    assert mine.pages[0].activity_key(mine.pages[0].activities[0]) not in answered


def test_an_overlay_can_list_pages_in_its_own_order(folder):
    folder.write("graduate/what-is-mentoring/second.md", OWN_PAGE)
    folder.change("graduate/course.yaml", "pages: [page-1]", "pages: [page-1, second]")
    folder.write("undergraduate/what-is-mentoring/third.md", OWN_PAGE)
    folder.write("undergraduate/course.yaml", OVERLAY + "    pages: [second, third, page-1]\n")
    assert [page.key for page in folder.load()["undergraduate"].sections[0].pages] == [
        "graduate/second", "undergraduate/third", "graduate/page-1",
    ]  # fmt: skip


def test_sections_keep_their_titles_in_every_edition(folder):
    folder.write("undergraduate/course.yaml", OVERLAY + "    title: Own Title\n")
    assert folder.faults() == [
        "undergraduate/course.yaml:10: section what-is-mentoring is titled “What Is Mentoring?”"
    ]


EXAMPLE = "\n::: example first-talk\nThree whole words.\n:::\n\nAfter it.\n"
CHANGE = """---
inherit: true
title: Another title
changed: 2026-11-23
---
::: example first-talk
A student, in her first summer.
:::
"""


def test_an_overlay_can_change_a_title_and_an_example_and_the_progress_stays_shared(folder):
    folder.write("undergraduate/course.yaml", OVERLAY)
    folder.write(folder.first, (folder.root / folder.first).read_text() + EXAMPLE)
    folder.write("undergraduate/what-is-mentoring/page-1.md", CHANGE)
    courses = folder.load()
    theirs, mine = courses["graduate"].pages[0], courses["undergraduate"].pages[0]
    assert (mine.key, mine.head.title, mine.head.label) == ("graduate/page-1", "Another title", "A page")
    assert theirs.head.title == "A page with a point"
    assert (theirs.words, mine.words) == (10, 13)
    assert mine.activities == theirs.activities
    assert mine.blocks[-1].html == (
        '<div class="block example" id="p-2"><p class="block-title">For example</p>\n'
        '<p>A student, in her first summer.</p>\n</div>\n<p id="p-3">After it.</p>\n'
    )
    assert "Three whole words." in theirs.blocks[-1].html


def test_an_edition_avoids_what_only_the_readers_of_the_other_need(folder):
    own = "undergraduate/what-is-mentoring/page-1.md"
    folder.write(
        "undergraduate/course.yaml",
        f"{OVERLAY.replace('For mentors', 'For fellows and mentors')}avoid: [fellow, K award]\n",
    )
    folder.write(own, OWN_PAGE.replace("Own words.", "Bedfellows\nand K Awards."))
    folder.write("graduate/glossary.yaml", "Rank: As a fellow.\nUnused: As a fellow.\n")
    folder.change("graduate/structured-process/page-3.md", "Some words", "A fellow’s [[rank]]")
    folder.change("graduate/what-is-mentoring/page-1.md", "Some words", "A fellow")
    said = "is a term that the edition undergraduate avoids"
    assert folder.faults() == [
        f"graduate/structured-process/page-3.md:7: “fellow” {said}",
        f"undergraduate/course.yaml:1: “fellows” {said}",
        f"undergraduate/glossary.yaml:1: “fellow” {said}",
        f"{own}:8: “K Awards” {said}",
    ]


def test_a_fault_on_a_page_that_two_editions_show_is_reported_once(folder):
    folder.write("undergraduate/course.yaml", OVERLAY)
    folder.write("undergraduate/what-is-mentoring/page-1.md", CHANGE.split("::: example")[0])
    folder.change(folder.first, "@kram-1983", "@nobody")
    assert folder.faults() == [f"{folder.first}:7: “nobody” is not in references.yaml"]


def test_a_citation_in_an_activity_is_one_fault(folder):
    folder.change(folder.first, "You have an hour", "You have an hour [@nobody]")
    assert folder.faults() == [
        f"{folder.first}:9: citations, terms and links go into the page's text, not into an activity"
    ]


def test_what_an_overlay_changes_has_to_be_there(folder):
    folder.write("undergraduate/course.yaml", OVERLAY)
    own = "undergraduate/what-is-mentoring/page-1.md"
    folder.write(own, CHANGE + "\nMore words.\n")
    assert folder.faults() == [
        f"{own}:6: page-1.md has no example “first-talk” to replace",
        f"{own}:10: a file that inherits holds only “::: example <id>” blocks",
    ]
    folder.write(own, CHANGE.replace("true", "false").replace("2026-11-23", "soon"))
    assert folder.faults()[:2] == [
        f"{own}:2: “inherit” is true, or it is left out",
        f"{own}:4: “soon” is no date; expected one such as 2026-11-23",
    ]
    folder.write(folder.first, CHANGE)
    assert (
        folder.faults()[0]
        == f"{folder.first}:2: there is no page of this id in another edition to inherit from"
    )


# Loading


def test_it_is_loaded_once_a_process(folder):
    first = content.load_all(folder.root)
    folder.change(folder.first, "title: A page with a point", "title: Another")
    assert content.load_all(folder.root) is first


def save(folder, old, new):
    """Change a file and make sure that its time of change differs, however coarse the file system's clock."""
    folder.change(folder.first, old, new)
    path = folder.root / folder.first
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


@pytest.mark.django_db
def test_under_make_run_a_saved_page_shows_and_a_faulty_one_shows_its_faults_until_it_is_mended(
    folder, settings, client
):
    settings.CONTENT_DIR, settings.DEBUG = folder.root, True
    assert content.load("graduate").title == "Mentors"
    save(folder, "lead: One sentence.", "laed: One sentence.")
    response = client.get("/")
    assert response.status_code == 500
    assert response.templates[0].name == "training/faults.html"
    assert [fault.message for fault in response.context["faults"]] == [
        "“lead” is missing",
        f"unknown key “laed”; expected {HEAD_KEYS}",
    ]
    assert f"{folder.root}/{folder.first}:4".encode() in response.content
    save(folder, "laed: One sentence.", "lead: Another sentence.")
    assert client.get("/").status_code == 200
    assert content.load("graduate").pages[0].head.lead == "Another sentence."


def test_renaming_and_removing_files_is_an_edit_too(folder):
    edits = [content.last_edit(folder.root)]
    later = edits[0][1] + 1_000_000_000
    (folder.root / folder.first).rename(folder.root / "graduate/what-is-mentoring/other.md")
    os.utime(folder.root / "graduate/what-is-mentoring", ns=(later, later))
    edits.append(content.last_edit(folder.root))
    (folder.root / "graduate/what-is-mentoring/other.md").unlink()
    edits.append(content.last_edit(folder.root))
    assert len(set(edits)) == 3


PARAGRAPH = "Ask first and answer *second*, and say **why** you ask; a [[mentee]] notices [@kram-1983]. " * 12


def test_three_hundred_pages_load_in_a_second_or_so(folder):
    folder.write("graduate/glossary.yaml", "mentee: Who learns.\n")
    text = (folder.root / folder.first).read_text().split("```choice")
    pages = {section: [f"{section}-{number}" for number in range(43)] for section in SECTIONS}
    for section, names in pages.items():
        for name in names:
            work = text[1].replace(" first\n", f" {name}-a\n", 1).replace("reflect why", f"reflect {name}-b")
            folder.write(
                f"graduate/{section}/{name}.md", f"{text[0]}{PARAGRAPH}\n\n{PARAGRAPH}\n\n```choice{work}"
            )
    for number, names in enumerate(pages.values(), start=1):
        folder.change("graduate/course.yaml", f"[page-{number}]", f"[{', '.join(names)}]")
    start = time.process_time()
    course = folder.load()["graduate"]
    seconds = time.process_time() - start
    assert (len(course.pages), sum(len(page.activities) for page in course.pages)) == (301, 602)
    assert seconds < 3
