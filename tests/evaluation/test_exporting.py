"""Files for analysts: what is in each, what is not, and small groups blanked."""

import csv
import random
import stat
from collections import Counter

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evaluation.exporting import full_rows, ratings_rows, safe_groups, uniqueness
from evaluation.importing import import_responses
from evaluation.models import ExportRecord, ImportedResponse, ReleasedResponse, field_name
from evaluation.reports import REPORTS, Filters, build
from evaluation.reports.disclosure import too_small
from opm.spreadsheet import csv_lines, csv_text, escape
from tests.evaluation.made_up import ITEMS, make_answers, write_wide

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])


def release(people):
    ReleasedResponse.objects.bulk_create(
        ReleasedResponse(
            instrument="main-1",
            edition="graduate",
            quarter="2026Q4",
            **{field_name(k): v for k, v in person.items()},
        )
        for person in people
    )


def exported(rows):
    header, *body = rows
    return [dict(zip(header, row, strict=True)) for row in body]


def groups(title, years=2, prior=1):
    return {"years": years, "prior_training": prior, **dict.fromkeys(title, 1)}


def test_the_ratings_profile_has_no_description_of_the_person():
    header = next(ratings_rows(Filters()))
    assert header == [
        "instrument", "edition", "time_spent", "sections_completed",
        *[f"{item}_{when}" for item in ITEMS for when in ("before", "after")],
        "valuable_use_of_time", "recommend", "will_change", "title_group", "years_group", "prior_training",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("titles", "group"),
    [
        (["title__dean"], 1),
        (["title__assistant_dean", "title__professor"], 1),
        (["title__professor", "title__assistant_professor"], 2),
        (["title__associate_professor"], 3),
        (["title__assistant_professor", "title__lecturer_or_instructor"], 4),
        (["title__clinical_instructor"], 5),
    ],
)
def test_of_several_titles_the_lowest_group_counts(titles, group):
    release([groups(titles)] * 10)
    assert {row["title_group"] for row in exported(ratings_rows(Filters()))} == {group}


@pytest.mark.parametrize(("years", "group"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (-97, -97), (-98, -98)])
def test_years_in_three_groups(years, group):
    release([groups(["title__dean"], years)] * 10)
    assert {row["years_group"] for row in exported(ratings_rows(Filters()))} == {group}


def test_without_a_title_the_missing_code_stays():
    titles = [name for name in make_answers(1)[0] if name.startswith("title__")]
    release([groups([]) | dict.fromkeys(titles, -97)] * 10 + [groups([])] * 11)
    found = Counter(row["title_group"] for row in exported(ratings_rows(Filters())))
    assert found == {-97: 10, -98: 11}


def test_groups_under_ten_are_blanked_and_only_those():
    release(
        [groups(["title__professor"])] * 10 + [groups(["title__dean"])] * 9 + [groups(["title__dean"], 5)] * 2
    )
    found = Counter(
        (row["title_group"], row["years_group"], row["prior_training"])
        for row in exported(ratings_rows(Filters()))
    )
    assert found == {(2, 1, 1): 10, (-99, -99, -99): 11}


def test_a_single_small_group_does_not_stand_alone():
    release(
        [groups(["title__professor"])] * 30
        + [groups(["title__assistant_professor"])] * 12
        + [groups(["title__dean"])]
    )
    found = Counter(row["title_group"] for row in exported(ratings_rows(Filters())))
    assert found == {2: 30, -99: 13}


def test_no_group_of_the_ratings_profile_is_under_ten():
    release(make_answers(400, seed=6))
    found = Counter(
        (row["title_group"], row["years_group"], row["prior_training"])
        for row in exported(ratings_rows(Filters()))
    )
    assert [group for group, count in found.items() if count < 10] == []
    assert sum(found.values()) == build("table1", Filters()).sample.kept
    assert len(found) > 5


def test_blanking_joins_the_next_smallest_until_ten():
    assert too_small({(1,): 3, (2,): 40, (3,): 12, (4,): 15}) == {(1,), (3,)}
    assert too_small({(1,): 3}) == {(1,)}
    assert too_small({(1,): 5, (2,): 6, (3,): 12}) == {(1,), (2,)}
    assert too_small({(1,): 10}) == frozenset()


def test_a_group_that_comes_up_during_the_export_is_blanked(monkeypatch):
    release([groups(["title__professor"])] * 10)
    safe = safe_groups(Filters())
    release([groups(["title__dean"])])
    monkeypatch.setattr("evaluation.exporting.safe_groups", lambda filters: safe)
    found = Counter(row["title_group"] for row in exported(ratings_rows(Filters())))
    assert found == {2: 10, -99: 1}


def test_excluded_responses_are_in_the_full_profile_only():
    release([groups(["title__dean"])] * 10 + [groups(["title__graduate_student"])] * 4)
    assert [len(exported(rows(Filters()))) for rows in (ratings_rows, full_rows)] == [10, 14]


def test_rows_come_in_the_order_of_random_keys():
    release([{"years": place % 5 + 1} for place in range(60)])
    keys = list(ReleasedResponse.objects.order_by("pk").values_list("years", flat=True))
    assert [row["years"] for row in exported(full_rows(Filters()))] == keys


def test_a_full_export_can_be_imported_again(tmp_path):
    import_responses(write_wide(tmp_path / "old.csv", make_answers(300), submitted_month="2020-05"))
    before = {name: build(name, Filters()).as_json() for name in REPORTS}
    call_command("export_responses", profile="full", out=tmp_path, analyst="A. Analyst", reason="Round trip")
    fields = [field.name for field in ImportedResponse._meta.fields if field.name not in ("id", "source")]
    rows = sorted(ImportedResponse.objects.values_list(*fields))
    ImportedResponse.objects.all().delete()
    assert import_responses(tmp_path / "full-graduate.csv") == 300
    assert sorted(ImportedResponse.objects.values_list(*fields)) == rows
    assert {name: build(name, Filters()).as_json() for name in REPORTS} == before


def test_the_command_writes_the_file_its_codebook_and_a_record(tmp_path, capsys):
    release(make_answers(50))
    call_command("export_responses", out=tmp_path)
    kept = build("table1", Filters()).sample.kept
    output = capsys.readouterr()
    assert (output.out, output.err) == (f"{kept} responses written to {tmp_path}/ratings-graduate.csv.\n", "")
    with (tmp_path / "ratings-graduate.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    with (tmp_path / "ratings-graduate-codebook.csv").open(newline="") as file:
        codebook = list(csv.reader(file))
    assert len(rows) == kept + 1
    assert [row[0] for row in codebook if row[0] not in ("variable", "note")] == rows[0]
    assert codebook[-2][1].endswith(f"Dropped by this rule: {50 - kept}. Responses kept: {kept}.")
    assert codebook[-1][1].endswith("that fewer than 10 responses share are set to -99.")
    assert [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()] == [0o600, 0o600]
    record = ExportRecord.objects.get()
    assert (record.profile, record.edition, record.count) == ("ratings", "graduate", kept)


def test_the_full_profile_needs_a_name_and_a_reason_and_warns(tmp_path, capsys):
    release(make_answers(50))
    for options in (
        {},
        {"analyst": "A. Analyst"},
        {"reason": "Science"},
        {"analyst": " ", "reason": "Science"},
    ):
        with pytest.raises(CommandError) as error:
            call_command("export_responses", profile="full", out=tmp_path / "out", **options)
        assert str(error.value) == "The full profile needs --analyst (who) and --reason (what for)."
    assert ((tmp_path / "out").exists(), ExportRecord.objects.count()) == (False, 0)
    call_command("export_responses", profile="full", out=tmp_path, analyst="A. Analyst", reason="Science")
    record = ExportRecord.objects.get()
    assert (record.analyst, record.reason, record.count) == ("A. Analyst", "Science", 50)
    unique = uniqueness(Filters()).unique
    assert capsys.readouterr().err.startswith(
        f"These rows are not anonymous: {unique} of 50 are unlike all others"
    )


def test_uniqueness_counts_those_unlike_all_others():
    release([{"gender__male": 1, "years": 2}] * 2 + [{"gender__male": 1, "years": 3}, {"recommend": 5}])
    found = uniqueness(Filters())
    assert (found.responses, found.unique) == (4, 2)


def test_an_unknown_edition_is_refused(tmp_path):
    with pytest.raises(CommandError) as error:
        call_command("export_responses", out=tmp_path, edition="doctoral")
    assert str(error.value) == "There is no edition doctoral."


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "-97x"])
def test_formulas_are_escaped(cell):
    assert escape(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [-97, 3.5, None, "-97", "+4", "-0.5", "12%", "a=1", "", "'"])
def test_numbers_and_plain_text_are_not(cell):
    assert escape(cell) == cell


def test_csv_comes_line_by_line():
    assert csv_text([["a", 'say "hi"'], [-97, "=x"]]) == 'a,"say ""hi"""\r\n-97,\'=x\r\n'
    endless = csv_lines([number] for number in iter(random.Random(1).random, None))
    assert len([next(endless) for _ in range(3)]) == 3
