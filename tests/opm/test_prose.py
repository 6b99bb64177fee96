"""The course's prose is read by machine: a slip of the finger and a page that is too hard are told with their place."""

from types import SimpleNamespace

import pytest

from scripts import prose


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("The cat sat on the mat.", 0.39 * 6 + 11.8 * 6 / 6 - 15.59),
        ("Dogs bark. The cat sat on the mat!", 0.39 * 8 / 2 + 11.8 * 8 / 8 - 15.59),
        ("Mentors make their people confident.", 0.39 * 5 + 11.8 * 9 / 5 - 15.59),
        ("", 0.0),
    ],
)
def test_the_grade_is_that_of_kincaid(text, grade):
    assert prose.grade(text) == pytest.approx(grade)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("mentor", 2),
        ("asked", 1),
        ("waited", 2),
        ("table", 2),
        ("courses", 2),
        ("rate", 1),
        ("idea", 2),
        ("the", 1),
    ],
)
def test_syllables_are_groups_of_vowels_without_a_silent_e(word, number):
    assert prose.syllables(word) == number


def test_a_page_beyond_a_first_college_year_is_told():
    hard = "<p>" + "Institutionalized organizational considerations " * 12 + ".</p>"
    easy = "<p>Ask first. Then wait.</p>"
    pages = [
        SimpleNamespace(id=name, section_id="s", owner="graduate", blocks=[SimpleNamespace(prose=html)])
        for name, html in (("hard", hard), ("easy", easy))
    ]
    (fault,) = prose.too_hard(SimpleNamespace(pages=pages))
    assert fault.place == "graduate/s/hard.md"


def test_citations_tables_and_terms_for_print_are_no_running_text():
    html = '<p>Ask<sup class="cite">1</sup> first.</p><div class="table-wrap">cells</div><div class="words">Mentor</div>'
    page = SimpleNamespace(blocks=[SimpleNamespace(prose=html)])
    assert prose.running_text(page).split() == ["Ask", "first."]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "words.txt").write_text("Kram\nmentee\n")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("Kram’s mentees listen.", ["mentees"]),
        ("The mentee and the mentee’s plan.", []),
        ("A mentro who lisens.", ["mentro", "lisens"]),
        ("Cited [@kramm-1983], linked [here](page:qxzv) and https://qxzv.org/qxzv.", []),
        ("```choice qxzv-first", []),
        ("  category: qxzv", []),
        ("  text: A qxzv", ["qxzv"]),
    ],
)
def test_a_slip_is_told_with_file_and_line(folder, line, faults):
    for edition in ("graduate", "graduado"):
        (folder / edition).mkdir()
        (folder / edition / "page.md").write_text(f"Fine words.\n{line}\n")
    assert [str(fault) for fault in prose.misspelled(folder, {"graduate"})] == [
        f"{folder}/graduate/page.md:2: {word}" for word in faults
    ]
