"""The codebook, as CSV and as a page."""

import csv
import io

from django.core.management import call_command

from evaluation.codebook import codebook
from tests.evaluation.made_up import MAIN


def printed(capsys, **options):
    call_command("codebook", **options)
    return capsys.readouterr().out


def test_every_variable_has_its_row_in_form_order(capsys):
    rows = list(csv.DictReader(io.StringIO(printed(capsys))))
    assert [row["variable"] for row in rows] == [
        "instrument", "edition", "quarter", *(variable.id for variable in MAIN.variables), "title_group", "years_group",
    ]  # fmt: skip


def test_a_row_says_all_there_is_to_know(capsys):
    rows = {row["variable"]: row for row in csv.DictReader(io.StringIO(printed(capsys)))}
    assert rows["skill_03_after"] == {
        "variable": "skill_03_after",
        "question": "Fulfilling the career-enhancing functions of being a research mentor",
        "label": "Fulfilling the career-enhancing functions of being a research mentor (Now, after completing the training)",
        "kind": "rating",
        "values": "1 = Not at all skilled; 2; 3; 4 = Moderately skilled; 5; 6; 7 = Extremely skilled",
        "missing": "seen and left blank = -97; not shown or not asked = -98",
        "shown_to": "everybody",
        "instrument": "main-1",
    }  # fmt: skip
    assert (rows["gender__male"]["question"], rows["gender__male"]["label"]) == ("Gender", "Male")
    assert rows["change_text"]["shown_to"] == "those with will_change = 1"
    assert rows["title_group"]["missing"].endswith("suppressed for disclosure control = -99")
    assert rows["years_group"]["values"] == "1 = 0 to 5 years; 2 = 6 to 20 years; 3 = 21 or more years"


def test_the_ratings_profile_leaves_the_person_out():
    variables = [row[0] for row in codebook(MAIN, "ratings").rows]
    assert [
        name for name in variables if name.startswith(("gender", "race", "hispanic", "focus", "mentees"))
    ] == []
    assert [name for name in ("title_group", "years", "years_group", "quarter") if name in variables] == [
        "title_group",
        "years_group",
    ]


def test_as_a_page_it_is_a_table_with_headers_and_its_source(capsys):
    page = printed(capsys, format="html")
    assert page.count('<th scope="row">') == len(codebook(MAIN).rows)
    assert page.count("doi:10.1017/cts.2025.84") == 1
    assert page.count("<caption") == 1
