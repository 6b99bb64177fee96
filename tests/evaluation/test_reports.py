"""The reports against figures worked out independently, in plain Python, from the people themselves."""

import json
import math
from random import Random
from statistics import fmean, stdev

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evaluation import demo
from evaluation.importing import import_responses
from evaluation.models import ImportedResponse, ReleasedResponse, field_name
from evaluation.reports import REPORTS, Filters, build, satisfaction, table1, table2
from evaluation.reports.disclosure import HIDDEN, TOO_FEW, hidden_cells
from evaluation.reports.printing import Table, as_rows, as_text, p_value, percent, rounded
from tests.evaluation.made_up import ITEMS, MAIN, make_answers, write_wide

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])

TRAINEES = ("title__postdoctoral_fellow", "title__graduate_student", "title__undergraduate_student")


def is_kept(person):
    return not any(person[title] == 1 for title in TRAINEES)


def release(people, edition="graduate"):
    ReleasedResponse.objects.bulk_create(
        ReleasedResponse(
            instrument="main-1",
            edition=edition,
            quarter="2026Q4",
            **{field_name(k): v for k, v in person.items()},
        )
        for person in people
    )


# Student's t by numeric integration: no library, and nothing of ours
def t_between(t, degrees, steps=4000):
    """P(0 < T < t), by Simpson's rule."""
    constant = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(
        degrees * math.pi
    )
    width = t / steps
    heights = [(1 + (place * width) ** 2 / degrees) ** (-(degrees + 1) / 2) for place in range(steps + 1)]
    weighted = heights[0] + heights[-1] + 4 * math.fsum(heights[1:-1:2]) + 2 * math.fsum(heights[2:-1:2])
    return constant * width / 3 * weighted


def t_quantile(degrees):
    low, high = 1.9, 13.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_between(middle, degrees) < 0.475 else (low, middle)
    return low


def by_hand(people, item):
    pairs = [(person[f"{item}_before"], person[f"{item}_after"]) for person in people]
    pairs = [pair for pair in pairs if min(pair) > 0]
    before, after = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    differences = [second - first for first, second in pairs]
    n, mean, sd = len(pairs), fmean(differences), stdev(differences)
    reach = t_quantile(n - 1) * sd / math.sqrt(n)
    return {
        "n": n,
        "before_mean": fmean(before),
        "before_sd": stdev(before),
        "after_mean": fmean(after),
        "after_sd": stdev(after),
        "diff_mean": mean,
        "diff_sd": sd,
        "ci_low": mean - reach,
        "ci_high": mean + reach,
        "t": mean / (sd / math.sqrt(n)),
        "p": 1 - 2 * t_between(mean / (sd / math.sqrt(n)), n - 1),
        "d_z": mean / sd,
        "d_av": mean / ((stdev(before) + stdev(after)) / 2),
        "ceiling_share": before.count(7) / n,
        "improved": sum(difference > 0 for difference in differences),
        "same": differences.count(0),
        "worse": sum(difference < 0 for difference in differences),
    }


def test_table2_of_1000_people_agrees_with_an_independent_computation(tmp_path):
    people = make_answers(1000, seed=42)
    import_responses(write_wide(tmp_path / "old.csv", people))
    found = table2(Filters()).as_json()
    kept = [person for person in people if is_kept(person)]
    assert found["excluded"] == 1000 - len(kept) > 100
    assert [row["item"] for row in found["rows"]] == ITEMS
    for row in found["rows"]:
        expected = by_hand(kept, row["item"])
        assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_table2_prints_the_published_form(tmp_path):
    people = make_answers(400, seed=3)
    release(people)
    row = by_hand([person for person in people if is_kept(person)], "skill_01")
    printed = table2(Filters()).tables(shielded=False)[0].rows[0]
    assert printed == (
        "Defining the value of mentoring for research career development",
        str(row["n"]),
        f"{row['before_mean']:.2f} ({row['before_sd']:.2f})",
        f"{row['after_mean']:.2f} ({row['after_sd']:.2f})",
        f"{row['diff_mean']:.2f} ({row['diff_sd']:.2f})",
        f"{row['ci_low']:.2f} to {row['ci_high']:.2f}",
        "< .001",
        "< .001",
    )


def test_released_and_imported_answers_add_up(tmp_path):
    people = make_answers(300)
    release(people)
    whole = {name: build(name, Filters()).as_json() for name in REPORTS}
    ReleasedResponse.objects.all().delete()
    release(people[:120])
    import_responses(write_wide(tmp_path / "old.csv", people[120:]))
    assert {name: build(name, Filters()).as_json() for name in REPORTS} == whole


def test_a_rating_without_its_pair_is_left_out():
    release([{"skill_01_before": 3}, {"skill_01_after": 5}, {"skill_01_before": 2, "skill_01_after": 4}])
    row = table2(Filters()).as_json()["rows"][0]
    assert (row["n"], row["before_mean"], row["after_mean"]) == (1, 2.0, 4.0)


def test_no_answers_at_all():
    first = table2(Filters()).as_json()["rows"][0]
    assert {
        value for name, value in first.items() if name not in ("item", "n", "improved", "same", "worse")
    } == {None}
    assert table1(Filters()).as_json()["questions"][0]["options"][0] == {
        "id": "gender__male", "label": "Male", "count": 0, "percent": None,
    }  # fmt: skip
    assert satisfaction(Filters()).as_json()["recommend"] == {"n": 0, "mean": None, "sd": None, "top2": None}


def test_table1_counts_those_who_ticked_anything():
    people = make_answers(500, seed=8)
    release(people)
    kept = [person for person in people if is_kept(person)]
    found = {question["id"]: question for question in table1(Filters()).as_json()["questions"]}
    assert list(found) == [
        "gender",
        "race",
        "hispanic",
        "title",
        "focus",
        "mentees",
        "years",
        "prior_training",
    ]
    for question in found.values():
        names = [variable.id for variable in MAIN.question(question["id"]).variables]
        n = sum(any(person[name] >= 0 for name in names) for person in kept)
        assert question["n"] == n
        for option in question["options"]:
            variable, _, code = option["id"].rpartition("__")
            is_multi = MAIN.question(question["id"]).kind == "multi"
            count = sum(
                person[option["id"]] == 1 if is_multi else person[variable] == int(code) for person in kept
            )
            assert (option["count"], option["percent"]) == (count, pytest.approx(100 * count / n))
    assert [option["id"] for option in found["prior_training"]["options"]] == [
        "prior_training__1",
        "prior_training__0",
    ]


def test_satisfaction():
    people = make_answers(200, seed=5)
    release(people)
    kept = [person for person in people if is_kept(person)]
    found = satisfaction(Filters()).as_json()
    for item in ("valuable_use_of_time", "recommend"):
        answers = [person[item] for person in kept if person[item] > 0]
        assert found[item] == pytest.approx(
            {
                "n": len(answers),
                "mean": fmean(answers),
                "sd": stdev(answers),
                "top2": fmean(a >= 4 for a in answers),
            }
        )
    spent = [person["time_spent"] for person in kept]
    assert [(row["code"], row["count"]) for row in found["time_spent"]] == [
        (c, spent.count(c)) for c in range(1, 8)
    ]
    changes = [person["will_change"] for person in kept if person["will_change"] >= 0]
    assert found["will_change"] == {"n": len(changes), "yes": sum(changes)}


def test_each_edition_has_its_own_exclusion_rule():
    fellow, student = {"title__postdoctoral_fellow": 1}, {"title__undergraduate_student": 1, "title__dean": 1}
    for edition in ("graduate", "undergraduate"):
        release([fellow, student, {"title__dean": 1}, {}], edition)
    samples = [table1(Filters(edition)).sample for edition in ("graduate", "undergraduate")]
    assert [(sample.kept, sample.excluded) for sample in samples] == [(2, 2), (3, 1)]


def test_only_one_version_of_the_instrument():
    release([{"years": 3}, {"years": 3}])
    ReleasedResponse.objects.create(instrument="main-0", edition="graduate", years=3)
    counts = [table1(Filters("graduate", name)).questions[6].n for name in (None, "main-1")]
    assert counts == [3, 2]


# The cell rule


def feasible(counts, hidden):
    """What a reader can say of each hidden count: the least and the most it may be.

    The reader knows the shown counts, the sum, that hidden counts are at least 1, and that none exceeds the smallest
    count shown.
    """
    shown = [count for place, count in enumerate(counts) if place not in hidden and count]
    total = sum(counts) - sum(shown)
    most = min(shown, default=math.inf)
    others = len(hidden) - 1
    return max(1, total - others * most), min(most, total - others)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([492, 466, 1, 7, 34], {2, 3, 4}),  # 1 and 7 leave a sum of 8, so the 34 joins them
        ([50, 298, 229, 293, 207], set()),
        ([457, 5], {0, 1}),
        ([0, 0, 12, 0], set()),
        ([9, 10, 10, 400], {0, 1, 2}),  # 9 and 10, beside a shown 10, could only be 9 and 10
        ([9, 9, 500, 600], {0, 1}),  # 1 and 17 would look the same
        ([3, 4, 0], {0, 1, 2}),
        ([1], {0}),
        ([0, 0], set()),
    ],
)
def test_which_cells_are_hidden(counts, hidden):
    assert hidden_cells(counts) == hidden


def test_no_hidden_count_can_be_worked_out():
    chance = Random(11)
    for _ in range(3000):
        counts = [
            chance.choice((0, chance.randint(1, 12), chance.randint(1, 400)))
            for _ in range(chance.randint(2, 9))
        ]
        hidden = hidden_cells(counts)
        assert [place for place, count in enumerate(counts) if 0 < count < 10 and place not in hidden] == []
        if hidden and len(hidden) < len(counts):
            low, high = feasible(counts, [place for place in hidden if counts[place]])
            assert (low, high >= 10) == (1, True)


def test_table1_pages_hide_small_counts_with_their_percentages():
    release(
        [{"prior_training": 1}] * 457
        + [{"prior_training": 0}] * 5
        + [{"years": 1}] * 12
        + [{"years": 5}] * 300
    )
    report = table1(Filters())
    printed = {table.caption: table.rows for table in report.tables(shielded=True)}
    assert printed["Prior research mentorship training (n = 462)"] == (
        ("Yes", HIDDEN, HIDDEN),
        ("No", HIDDEN, HIDDEN),
    )
    assert printed["Years of experience as research mentor (n = 312)"][::4] == (
        ("0 years", "12", "3.85%"),
        ("21 or more years", "300", "96.15%"),
    )
    exact = {table.caption: table.rows for table in report.tables(shielded=False)}
    assert exact["Prior research mentorship training (n = 462)"][1] == ("No", "5", "1.08%")


def test_pages_hide_a_question_that_few_answered():
    release([{"years": 1}] * 9 + [{"recommend": 5, "will_change": 1}] * 9)
    table = table1(Filters()).tables(shielded=True)[6]
    assert table.caption == "Years of experience as research mentor (n = fewer than 10)"
    assert {row[1:] for row in table.rows} == {(HIDDEN, HIDDEN)}
    likings, _, changes = satisfaction(Filters()).tables(shielded=True)
    assert likings.rows[1] == ("Would recommend the module", TOO_FEW, HIDDEN, HIDDEN)
    assert {row[1:] for row in changes.rows} == {(HIDDEN, HIDDEN)}


def test_pages_hide_means_of_few_and_outcomes_of_few():
    release([{"quality_before": 4, "quality_after": 5}] * 9)
    release(
        [{"confidence_before": 4, "confidence_after": 5}] * 40
        + [{"confidence_before": 7, "confidence_after": 7}] * 4
    )
    main, effects = table2(Filters()).tables(shielded=True)
    assert main.rows[11][1:] == (TOO_FEW, *[HIDDEN] * 6)
    assert effects.rows[11][1:] == (HIDDEN,) * 8
    assert main.rows[12][1:3] == ("44", "4.27 (0.87)")
    # 4 of 44 were at 7 before, and the same 4 did not move: both hidden, with what would tell them
    assert effects.rows[12][5:] == (HIDDEN, HIDDEN, HIDDEN, "0")


def test_the_number_dropped_is_hidden_too_when_small():
    release([{"title__graduate_student": 1}] * 3 + [{"years": 2}] * 20)
    notes = [table1(Filters()).notes(shielded)[-1] for shielded in (True, False)]
    assert [note.split("stay. ")[1] for note in notes] == [
        "Dropped by this rule: fewer than 10. Responses kept: 20.",
        "Dropped by this rule: 3. Responses kept: 20.",
    ]


# Printing


def test_rounding_is_half_up():
    assert [percent(1, 8000), percent(1, 800), percent(0, 5), percent(0, 0)] == [
        "0.01%",
        "0.13%",
        "0.00%",
        "–",
    ]
    assert [rounded(2.675), rounded(-0.125), rounded(None)] == ["2.68", "-0.13", "–"]
    assert [p_value(p) for p in (0.00099, 0.001, 0.0496, 1.0, None)] == [
        "< .001",
        ".001",
        ".050",
        "1.000",
        "–",
    ]


def test_text_is_aligned_and_csv_names_its_table():
    table = Table("Years", ("Answer", "Number"), (("few", "7"), ("very many", "12")))
    assert as_text("Title", [table], ["Note."]) == (
        "Title\n\nYears\n  Answer     Number\n  few             7\n  very many      12\n\nNote.\n"
    )
    assert list(as_rows([table, table], ["Note."])) == [
        ["Table", "Answer", "Number"],
        ["Years", "few", "7"], ["Years", "very many", "12"],
        ["Years", "few", "7"], ["Years", "very many", "12"],
        ["Note", "Note."],
    ]  # fmt: skip


# The command


def test_the_command_prints_exact_json_and_nothing_else(capsys):
    release([{"years": 1}] * 3)
    call_command("report", "table1", format="json")
    output = capsys.readouterr()
    years = json.loads(output.out)["questions"][6]
    assert (years["n"], years["options"][0]["count"], output.err) == (3, 3, "")


@pytest.mark.parametrize("name", sorted(REPORTS))
@pytest.mark.parametrize("form", ["text", "csv", "html"])
def test_every_report_prints_its_title_and_rule(name, form, capsys):
    release(make_answers(30))
    call_command("report", name, format=form)
    printed = " ".join(capsys.readouterr().out.split())
    assert [
        printed.count("Responses without a listed title stay. Dropped by this rule:"),
        printed.count(HIDDEN),
    ] == [1, 0]
    assert printed.count(build(name, Filters()).title) == {"text": 1, "csv": 0, "html": 3}[form]


def test_the_command_refuses_what_there_is_not():
    for options, message in (
        ({"edition": "doctoral"}, "There is no edition doctoral."),
        ({"instrument": "main-0"}, "There is no instrument main-0."),
    ):
        with pytest.raises(CommandError) as error:
            call_command("report", "table1", **options)
        assert str(error.value) == message


# Made-up data


def test_demo_answers_look_like_the_published_ones_and_are_made_once():
    source = demo.make_demo_responses()
    assert demo.make_demo_responses() == source
    assert (source.label, source.is_demo, source.count, source.text_count) == (
        "Made-up demo data",
        True,
        300,
        150,
    )
    assert ImportedResponse.objects.count() == 300
    for row in table2(Filters()).rows:
        mean, sd, gain, gain_sd = demo.GAINS[row.item]
        found = row.figures
        assert (found.before_mean, found.diff_mean) == pytest.approx((mean, gain), abs=0.25)
        assert (found.before_sd, found.diff_sd) == pytest.approx((sd, gain_sd), abs=0.25)


def test_reports_say_when_data_are_made_up():
    demo.make_demo_responses(count=20, text_count=1)
    for name in REPORTS:
        assert build(name, Filters()).notes(shielded=True)[-1] == (
            "Contains made-up demo data: these are not the answers of real people."
        )
        assert build(name, Filters("undergraduate")).sample.made_up == 0
