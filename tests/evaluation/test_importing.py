"""Older files: all of a file goes in, or nothing, with every fault named by file, line, column and value."""

import csv
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evaluation.importing import import_responses, import_texts
from evaluation.models import ImportedResponse, ImportedText, ResponseImport, field_name
from opm.sheets import ImportRefusedError
from tests.evaluation.made_up import MAIN, make_answers, write_wide

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])


@pytest.fixture
def sheet(tmp_path):
    """sheet(header, *rows) -> a CSV file of these lines."""

    def write(*rows, name="old.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return write


def refusal(run, *args, **options):
    with pytest.raises(ImportRefusedError) as error:
        run(*args, **options)
    assert (ImportedResponse.objects.count(), ImportedText.objects.count()) == (0, 0)
    return str(error.value).splitlines()


def stored(*names):
    return sorted(ImportedResponse.objects.values_list(*map(field_name, names)))


def test_every_answer_arrives(tmp_path):
    people = make_answers(250)
    assert import_responses(write_wide(tmp_path / "old.csv", people)) == 250
    names = [variable.id for variable in MAIN.response_variables]
    assert stored(*names) == sorted(tuple(person[name] for name in names) for person in people)
    source = ResponseImport.objects.get()
    assert (source.file_name, source.count, source.is_demo) == ("old.csv", 250, False)


def test_labels_are_read_like_codes(sheet):
    import_responses(
        sheet(
            ["years", "will_change", "skill_01_before", "skill_01_after", "gender__male", "gender__female"],
            ["21 or more years", "Yes", "Moderately skilled", "5", "Male", ""],
            ["1", "0", "1", "Extremely skilled", "0", "1"],
        )
    )
    assert stored(
        "years", "will_change", "skill_01_before", "skill_01_after", "gender__male", "gender__female"
    ) == [
        (1, 0, 1, 7, 0, 1),
        (5, 1, 4, 5, 1, 0),
    ]


def test_blank_is_left_blank_and_an_absent_column_not_shown(sheet):
    import_responses(
        sheet(["years", "race__asian", "race__white"], ["", "", ""], ["2", "1", ""], ["3", "0", "0"])
    )
    assert stored("years", "race__asian", "race__white", "race__other", "recommend") == [
        (-97, -97, -97, -98, -98),
        (2, 1, 0, -98, -98),
        (3, -97, -97, -98, -98),
    ]


def test_the_month_becomes_the_quarter_and_the_edition_is_kept(sheet):
    import_responses(
        sheet(
            ["row_id", "edition", "submitted_month", "years", "has_free_text"],
            ["a", "undergraduate", "2019-02", "1", "1"],
            ["b", "", "2019-12", "2", "0"],
            ["c", "graduate", "", "3", ""],
        )
    )
    assert stored("years", "edition", "quarter", "instrument") == [
        (1, "undergraduate", "2019Q1", "main-1"),
        (2, "graduate", "2019Q4", "main-1"),
        (3, "graduate", "", "main-1"),
    ]


def test_the_command_says_which_edition(sheet, capsys):
    call_command("import_responses", str(sheet(["years"], ["1"])), edition="undergraduate")
    assert capsys.readouterr().out == "Imported 1 responses from old.csv.\n"
    assert stored("edition") == [("undergraduate",)]


def test_every_wrong_value_is_named_at_once(sheet):
    path = sheet(
        ["years", "skill_01_before", "gender__male", "submitted_month", "edition"],
        ["1", "4", "1", "2020-01", "graduate"],
        ["6", "4.5", "2", "2020-13", "graduate"],
        [],
        ["never", "1", "", "2020-01", "doctoral"],
    )
    assert refusal(import_responses, path) == [
        'old.csv:3: submitted_month: "2020-13" is no month such as 2021-03',
        'old.csv:3: years: "6" is neither a code (1, 2, 3, 4, 5) nor a label of years',
        'old.csv:3: skill_01_before: "4.5" is neither a code (1, 2, 3, 4, 5, 6, 7) nor a label of skill_01_before',
        'old.csv:3: gender__male: "2" is neither a code (0, 1) nor a label of gender__male',
        'old.csv:5: edition: there is no edition "doctoral"',
        'old.csv:5: years: "never" is neither a code (1, 2, 3, 4, 5) nor a label of years',
    ]
    assert ResponseImport.objects.count() == 0


def test_a_file_that_is_wrong_at_the_end_leaves_nothing(tmp_path):
    people = make_answers(2500)
    people[-1]["years"] = 77
    lines = refusal(import_responses, write_wide(tmp_path / "old.csv", people))
    assert lines == ['old.csv:2501: years: "77" is neither a code (1, 2, 3, 4, 5) nor a label of years']


def test_lines_are_counted_across_cells_with_line_breaks(sheet):
    path = sheet(["row_id", "years"], ["two\nlines", "1"], ["b", "9"])
    assert refusal(import_responses, path) == [
        'old.csv:4: years: "9" is neither a code (1, 2, 3, 4, 5) nor a label of years'
    ]


def test_many_faults_are_counted_not_all_listed(sheet):
    lines = refusal(import_responses, sheet(["years"], *[["x"]] * 1060))
    assert (len(lines), lines[-1]) == (51, "old.csv: and 1,010 more faults")


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([["years", "IPAddress"], ["1", "::1"]], ['old.csv:1: unknown column "IPAddress"']),
        ([["years", "years"], ["1", "1"]], ["old.csv:1: column years is there twice"]),
        (
            [["years", "change_text"], ["1", "more"]],
            ["old.csv:1: change_text is free text: give it a file of its own, for import_texts"],
        ),
        (
            [["years", "follow_up_code"], ["1", "x"]],
            ["old.csv:1: follow_up_code is never imported: take this column out"],
        ),
        ([["row_id"], ["1"]], ["old.csv:1: no column is a variable of the instrument"]),
        ([["years"], ["1", "2"]], ["old.csv:2: 2 cells in this row, 1 in the header"]),
        ([["years"]], ["old.csv: there is nothing to import in it"]),
        (
            [["years", "instrument"], ["1", "main-9"]],
            ['old.csv:2: instrument: there is no instrument "main-9"'],
        ),
        (
            [["years", "quarter"], ["1", "2020Q5"]],
            ['old.csv:2: quarter: "2020Q5" is no quarter such as 2021Q1'],
        ),
        ([], ["old.csv:1: no column is a variable of the instrument"]),
    ],
)
def test_other_faults(sheet, rows, faults):
    assert refusal(import_responses, sheet(*rows)) == faults


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"years\n1\n\xff\n", "old.csv:3: this is not UTF-8 text."),
        (b'years\n1\n"2\n', "old.csv:3: this is not CSV: unexpected end of data."),
    ],
)
def test_what_is_no_csv(tmp_path, content, fault):
    path = tmp_path / "old.csv"
    path.write_bytes(content)
    assert refusal(import_responses, path) == [fault]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes("\ufeffyears\r\n1\r\n".encode())
    assert import_responses(path) == 1


def test_unknown_defaults_and_missing_files_are_refused(sheet, tmp_path):
    path = sheet(["years"], ["1"])
    assert refusal(import_responses, path, edition="doctoral") == ["main-1 knows no edition doctoral."]
    assert refusal(import_responses, path, instrument_name="main-0") == ["There is no instrument main-0."]
    assert refusal(import_responses, tmp_path / "no.csv") == [f"There is no file {tmp_path}/no.csv."]


def test_the_same_file_is_refused_a_second_time(sheet):
    path = sheet(["years"], ["1"])
    import_responses(path)
    renamed = path.rename(path.with_name("other.csv"))
    with pytest.raises(ImportRefusedError) as error:
        import_responses(renamed)
    imported_on = ResponseImport.objects.get().imported_on
    assert str(error.value) == f"other.csv was imported before, on {imported_on}."
    assert ImportedResponse.objects.count() == 1


def test_an_import_that_was_undone_may_be_repeated(sheet):
    path = sheet(["years"], ["1"])
    import_responses(path)
    ResponseImport.objects.get().delete()
    assert import_responses(path) == 1


def test_a_dry_run_keeps_nothing(sheet, capsys):
    call_command("import_responses", str(sheet(["years"], ["1"], ["2"])), dry_run=True)
    assert capsys.readouterr().out == "No fault found; this would import 2 responses from old.csv.\n"
    assert (ImportedResponse.objects.count(), ResponseImport.objects.count()) == (0, 0)


def test_a_dry_run_finds_the_same_faults(sheet):
    path = sheet(["years"], ["9"])
    assert refusal(import_responses, path, dry_run=True) == refusal(import_responses, path)


def test_the_commands_exit_with_1_on_a_fault(sheet):
    for command, path in (
        ("import_responses", sheet(["years"], ["9"])),
        ("import_texts", sheet(["words"], ["9"], name="texts.csv")),
    ):
        with pytest.raises(CommandError) as error:
            call_command(command, str(path))
        assert error.value.returncode == 1
        assert str(error.value).splitlines()[0] == "Nothing was imported."


def test_texts(sheet):
    path = sheet(
        ["row_id", "text", "submitted_month"],
        ["7", " I will\nlisten. ", "2020-05"],
        ["8", "", ""],
        ["9", "Plan", ""],
    )
    assert import_texts(path) == 2
    assert sorted(ImportedText.objects.values_list("row_id", "text", "quarter", "variable", "edition")) == [
        ("7", "I will\nlisten.", "2020Q2", "change_text", "graduate"),
        ("9", "Plan", "", "change_text", "graduate"),
    ]
    assert ResponseImport.objects.get().text_count == 2
    assert [text.pk.version for text in ImportedText.objects.all()] == [4, 4]


def test_faults_in_texts(sheet):
    path = sheet(["row_id", "text", "mood"], ["7", "a", ""], ["7", "b", ""])
    assert refusal(import_texts, path) == [
        'old.csv:1: unknown column "mood"',
        'old.csv:3: row_id: "7" is there twice',
    ]
    assert refusal(import_texts, sheet(["row_id"], ["7"])) == ["old.csv:1: there is no column text"]
    assert refusal(import_texts, sheet(["text"], [""])) == ["old.csv: there is nothing to import in it"]


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Reading 20,000 rows must not hold them: a dry run peaks as low as one over 1,000 rows, give or take 2 MB."""
    code = (
        "import sys, tracemalloc, pathlib, django; django.setup()\n"
        "from evaluation.importing import Sheet, WideReader, opened\n"
        "tracemalloc.start()\n"
        "with opened(pathlib.Path(sys.argv[1])) as sheet:\n"
        "    sum(1 for _ in WideReader(sheet, 'main-1', 'graduate').rows())\n"
        "print(tracemalloc.get_traced_memory()[1])"
    )
    peaks = []
    for count in (1000, 20000):
        path = write_wide(tmp_path / f"{count}.csv", make_answers(1000) * (count // 1000))
        environment = {"DJANGO_SETTINGS_MODULE": "opm.settings", "SECRET_KEY": "x", "VAR_DIR": str(tmp_path)}
        run = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        peaks.append(int(run.stdout))
    assert peaks[1] - peaks[0] < 2_000_000
