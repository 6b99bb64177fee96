"""What authors' Markdown becomes: terms, citations, containers, addresses of paragraphs."""

import re

from training import content
from training.markdown import render_inline

GLOSSARY = "Mentee: Who is helped to grow.\nMentoring network: Several people & what they do.\n"


def html_of(folder, text):
    """The HTML of the first page with this text before its activities."""
    folder.change(folder.first, "Some words, and a claim [@kram-1983].", text)
    return "".join(block.html for block in folder.load()["graduate"].pages[0].blocks)


def definition(number, shown, term, text):
    return (
        f'<button type="button" class="term" popovertarget="term-{number}">{shown}</button>'
        f'<span class="definition" popover id="term-{number}"><strong>{term}</strong> {text}</span>'
    )


def test_a_term_opens_its_definition_beside_it(folder):
    folder.write("graduate/glossary.yaml", GLOSSARY)
    html = html_of(folder, "A [[mentee]] has a [[whole *network*|mentoring network]].")
    mentee = definition(1, "mentee", "Mentee", "Who is helped to grow.")
    network = definition(2, "whole *network*", "Mentoring network", "Several people &amp; what they do.")
    assert html == (
        f'<p id="p-1">A {mentee} has a {network}.</p>\n'
        '<div class="words"><h2>Words on this page</h2><dl><dt>Mentee</dt><dd>Who is helped to grow.</dd>'
        "<dt>Mentoring network</dt><dd>Several people &amp; what they do.</dd></dl></div>"
    )


def test_a_term_used_twice_is_listed_once_and_each_place_has_its_own_definition(folder):
    folder.write("graduate/glossary.yaml", GLOSSARY)
    html = html_of(folder, "A [[mentee]], and\n\n- two [[mentees|mentee]].")
    assert re.findall(r' id="([^"]+)"', html) == ["p-1", "term-1", "p-2", "term-2"]
    assert html.count("<dt>") == 1
    assert folder.load()["graduate"].pages[0].terms == (("Mentee", "Who is helped to grow."),)


def test_a_term_in_a_table_has_its_bar_escaped(folder):
    folder.write("graduate/glossary.yaml", GLOSSARY)
    html = html_of(folder, "| a | b |\n|---|---|\n| [[them\\|mentee]] | x |\n")
    assert definition(1, "them", "Mentee", "Who is helped to grow.") in html
    assert html.startswith(
        '<div class="table-wrap" role="region" aria-label="Table" tabindex="0" id="p-1"><table>'
    )


def test_an_edition_has_the_terms_its_pages_explain_and_defines_them_for_itself(folder):
    folder.write("graduate/glossary.yaml", GLOSSARY)
    folder.write(
        "undergraduate/course.yaml",
        'id: undergraduate\nextends: graduate\ntitle: O\nshort_title: O\nversion: "1"\nsummary: O.\n',
    )
    folder.write("undergraduate/glossary.yaml", "Mentee: A student.\nPost: Held by nobody.\n")
    folder.change(folder.first, "Some words", "Some [[mentee]] and [[mentoring network]]")
    courses = folder.load()
    assert courses["graduate"].glossary["Mentee"] == "Who is helped to grow."
    assert courses["undergraduate"].glossary == {
        "Mentee": "A student.",
        "Mentoring network": "Several people & what they do.",
    }


def test_unknown_terms_and_faulty_definitions_are_reported(folder):
    folder.write("graduate/glossary.yaml", "Mentee: Who.\nMentee: Who else.\nDyad:\n")
    folder.change(folder.first, "Some words", "Some [[words|wrods]]")
    assert folder.faults() == [
        "graduate/glossary.yaml:2: the key “Mentee” is there twice",
        "graduate/glossary.yaml:3: expected text (put it in quotes)",
        f"{folder.first}:7: “wrods” is not in glossary.yaml",
    ]


def test_top_level_blocks_have_addresses_and_what_is_in_them_has_none(folder):
    html = html_of(
        folder,
        "One.\n\n## Two\n\n- three\n- three\n\n::: key\nFour.\n:::\n\n::: quote Someone\nFive.\n:::\n\n> Six.\n",
    )
    assert re.findall(r'<(\w+)[^>]* id="(p-\d)"', html) == [
        ("p", "p-1"), ("h2", "p-2"), ("ul", "p-3"), ("div", "p-4"), ("figure", "p-5"), ("blockquote", "p-6"),
    ]  # fmt: skip


def test_addresses_go_on_after_an_activity(folder):
    folder.change(folder.first, "```reflect why", "Between them.\n\n```reflect why")
    blocks = folder.load()["graduate"].pages[0].blocks
    assert [block.html for block in blocks[1:]] == ["", '<p id="p-2">Between them.</p>\n', ""]


def test_in_an_activity_terms_and_citations_are_plain():
    assert render_inline("A [[term]] and a *claim* [@kram-1983].") == "<p>A term and a <em>claim</em>.</p>\n"


def test_the_words_of_a_term_count_as_they_are_read(folder):
    folder.write("graduate/glossary.yaml", GLOSSARY)
    html_of(folder, "Three [[small words|mentoring network]] [@kram-1983].")
    assert folder.load()["graduate"].pages[0].words == 3


def test_every_term_of_the_real_course_is_defined():
    for course in content.load_all().values():
        assert course.glossary
        assert all(definition.endswith(".") for definition in course.glossary.values())
