"""Loading institutions: the registry's file with every kind of fault, again, and the starter list."""

import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from registration import ror
from registration.institution_loading import STARTER_COLUMNS, load_starter
from registration.models import Institution, InstitutionName, InstitutionWord, User

pytestmark = pytest.mark.django_db
KINDS = {"display": ["ror_display", "label"], "acronym": ["acronym"], "alias": ["alias"], "label": ["label"]}


def record(number, name="", status="active", city="Minneapolis", **more):
    """A record as the registry has it (schema 2.1)."""
    names = [{"value": name or f"Institute {number}", "types": KINDS["display"], "lang": "en"}]
    names += [{"value": value, "types": KINDS[kind], "lang": None} for kind, value in more.pop("others", [])]
    details = {
        "continent_code": "NA", "continent_name": "North America", "country_code": "US",
        "country_name": "United States", "country_subdivision_code": "MN", "country_subdivision_name": "Minnesota",
        "lat": 44.97997, "lng": -93.26384, "name": city,
    }  # fmt: skip
    day = {"date": "2024-12-11", "schema_version": "2.1"}
    return {
        "admin": {"created": day, "last_modified": day}, "domains": [], "established": 1851, "external_ids": [],
        "id": f"https://ror.org/0{number:08d}", "links": [], "locations": [{"geonames_id": 1, "geonames_details": details}],
        "names": names, "relationships": [], "status": status, "types": ["education"],
    } | more  # fmt: skip


@pytest.fixture
def load(tmp_path, capsys):
    """load(records or text, *options) -> what the command says."""

    def run(content, *options):
        path = tmp_path / "v2.13-ror-data.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        call_command("load_institutions", str(path), *options)
        return capsys.readouterr().out.splitlines()

    return run


def contents():
    """Everything in the tables that a load writes."""
    models = (Institution, InstitutionName, InstitutionWord, User)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_it_loads_names_and_places(load):
    others = [
        ("acronym", "UMN"),
        ("alias", "U of M"),
        ("label", "Universidad de Minnesota"),
        ("alias", "u of m"),
    ]
    said = load([record(1, "University of Minnesota", others=others), record(2)])
    assert said == ["Loaded v2.13-ror-data.json: 2 institutions.", "  2 new"]
    found = Institution.objects.get(ror_id="000000001")
    assert (found.name, found.place) == ("University of Minnesota", "Minneapolis, Minnesota, United States")
    assert (found.country_code, found.is_known, found.is_ctsa) == ("US", False, False)
    assert list(found.names.values_list("kind", "name")) == [
        ("name", "University of Minnesota"),
        ("acronym", "UMN"),
        ("alias", "U of M"),
        ("label", "Universidad de Minnesota"),
    ]


def test_it_loads_the_published_zip_of_both_schemas(tmp_path, capsys):
    path = tmp_path / "v2.13-ror-data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "v1.74-ror-data.json", json.dumps([{"id": "https://ror.org/000000001", "name": "Old"}])
        )
        archive.writestr("v1.74-ror-data_schema_v2.json", json.dumps([record(1)]))
        archive.writestr("v1.74-ror-data.csv", "id")
    call_command("load_institutions", str(path))
    assert list(Institution.objects.values_list("name", flat=True)) == ["Institute 1"]


def test_loading_again_changes_nothing(load):
    records = [record(1, others=[("acronym", "ONE")]), record(2, status="inactive")]
    load(records)
    before = contents()
    assert load(records)[1:] == ["  1 as they were", "  1 left out, since they are no longer active"]
    assert contents() == before


def test_a_later_file_updates_names_and_places_and_nothing_that_people_decided(load, learner):
    load([record(1, "Old name", others=[("alias", "Gone")])])
    institution = Institution.objects.get()
    institution.set_names([*institution.other_names(), ("added", "As we say")])
    Institution.objects.update(is_home=True, is_ctsa=True, ctsa_from="2011-06-01", is_known=True)
    User.objects.filter(pk=learner.pk).update(institution=institution)
    later = [record(1, "New name", "withdrawn", city="Duluth", others=[("alias", "Come")])]
    assert load(later)[1:] == ["  1 changed"]
    found = Institution.objects.get()
    assert (found.pk, found.name, found.city) == (institution.pk, "New name", "Duluth")
    assert (found.is_home, found.is_ctsa, str(found.ctsa_from), found.is_known) == (
        True,
        True,
        "2011-06-01",
        True,
    )
    assert list(found.names.values_list("name", flat=True)) == ["New name", "Come", "As we say"]
    assert User.objects.get().institution == found


def test_what_was_merged_stays_merged(load):
    records = [record(1, "Kept"), record(2, "Twice")]
    load(records)
    keep, other = Institution.objects.order_by("ror_id")
    keep.absorb(other)
    before = contents()
    assert load(records)[1:] == [
        "  1 as they were",
        "  1 left as they are, since they were merged into another one here",
    ]
    assert contents() == before
    assert Institution.objects.named("Twice") == keep


def test_one_without_an_identifier_is_linked_and_keeps_what_it_was_called(load):
    by_name = Institution.objects.create(name="The University of Minnesota", country_code="US", is_ctsa=True)
    by_name.set_names([("acronym", "UofM")])
    by_alias = Institution.objects.create(name="Minn Tech", country_code="US", city="Minneapolis")
    elsewhere = Institution.objects.create(name="Institute 3", country_code="NO")
    records = [
        record(1, "University of Minnesota"),
        record(2, others=[("alias", "Minn Tech")]),
        record(3),
        record(4, "University of Minnesota"),
    ]
    assert load(records)[1:] == ["  2 new", "  2 were here, and have their identifier now"]
    for institution in (by_name, by_alias, elsewhere):
        institution.refresh_from_db()
    assert (by_name.ror_id, by_alias.ror_id, elsewhere.ror_id) == ("000000001", "000000002", None)
    assert (by_name.name, by_name.is_ctsa) == ("University of Minnesota", True)
    assert list(by_name.names.values_list("name", flat=True)) == ["University of Minnesota", "UofM"]
    assert Institution.objects.named("minn tech") == by_alias


def test_people_are_linked_where_their_text_names_exactly_one(load, make_user):
    typed = {"one": "institute 1", "acronym": "TWO", "both": "Same", "none": "Elsewhere", "empty": ""}
    for name, text in typed.items():
        make_user(f"{name}@example.org", institution_name=text)
    records = [
        record(1),
        record(2, others=[("acronym", "TWO")]),
        record(3, "Same"),
        record(4, "Same", city="Duluth"),
    ]
    assert load(records)[1:] == ["  4 new", "  2 people linked to the institution whose name they had typed"]
    linked = User.objects.exclude(institution=None).order_by("email")
    assert [(user.email, user.institution.name) for user in linked] == [
        ("acronym@example.org", "Institute 2"),
        ("one@example.org", "Institute 1"),
    ]
    known = Institution.objects.filter(is_known=True).order_by("name")
    assert list(known.values_list("name", flat=True)) == ["Institute 1", "Institute 2"]


def test_a_dry_run_says_what_it_would_do_and_keeps_nothing(load, make_user):
    make_user("one@example.org", institution_name="Institute 1")
    assert load([record(1)], "--dry-run") == [
        "No fault found; this would load v2.13-ror-data.json: 1 institutions.",
        "  1 new",
        "  1 people linked to the institution whose name they had typed",
    ]
    assert (Institution.objects.count(), User.objects.get().institution) == (0, None)


def without(key):
    made = record(2)
    del made[key]
    return made


def with_name(value, types):
    return record(2, names=[{"value": value, "types": types}])


def with_details(**details):
    return record(2, locations=[{"geonames_details": {"name": "Oslo", "country_code": "NO"} | details}])


FAULTS = [
    ("text", "'text'; expected an object"),
    (
        {"id": "https://ror.org/000000002", "name": "Old"},
        "this is schema 1 of ROR; expected schema 2, the file that ends in _schema_v2.json",
    ),
    (record(2, id="https://ror.org/12"), "id 'https://ror.org/12'; expected one like https://ror.org/017zqws13"),
    (without("id"), "id is missing; expected one like https://ror.org/017zqws13"),
    (record(1), "id 000000001 has come before; expected each once"),
    (record(2, status="closed"), "000000002: status 'closed'; expected active, inactive, withdrawn"),
    (without("names"), "000000002: names is missing; expected a list of objects, one at least"),
    (record(2, names=["Name"]), "000000002: names ['Name']; expected a list of objects, one at least"),
    (with_name("", ["ror_display"]), "000000002: value of a name ''; expected a text"),
    (with_name(5, ["ror_display"]), "000000002: value of a name 5; expected a text"),
    (with_name("x" * 501, ["ror_display"]), f"000000002: name '{'x' * 56}…; expected at most 500 letters"),
    (
        with_name("Name", ["title"]),
        "000000002: types ['title'] of 'Name'; expected some of ror_display, label, alias, acronym",
    ),
    (with_name("Name", ["label"]), "000000002: 0 names of type ror_display; expected one, with letters in it"),
    (with_name("–", ["ror_display"]), "000000002: 1 names of type ror_display; expected one, with letters in it"),
    (record(2, locations=[]), "000000002: locations []; expected a list of objects, one at least"),
    (record(2, locations=[{}]), "000000002: geonames_details is missing; expected an object"),
    (with_details(name=None), "000000002: name of a location ''; expected a text"),
    (with_details(country_code="Norway"), "000000002: country_code 'Norway'; expected two capital letters"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "fault"), FAULTS)
def test_each_fault_is_told_with_its_record_and_nothing_is_loaded(load, wrong, fault):
    with pytest.raises(CommandError) as error:
        load([record(1), wrong, record(3)])
    assert str(error.value) == f"Nothing was loaded.\nv2.13-ror-data.json: record 2: {fault}"
    assert Institution.objects.count() == 0


def test_all_faults_are_told_up_to_a_limit(load, monkeypatch):
    monkeypatch.setattr(ror, "REPORTED_FAULTS", 2)
    with pytest.raises(CommandError) as error:
        load([1, record(1), 2, 3, 4])
    assert str(error.value).splitlines()[1:] == [
        "v2.13-ror-data.json: record 1: 1; expected an object",
        "v2.13-ror-data.json: record 3: 2; expected an object",
        "v2.13-ror-data.json: and 2 more faults",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{}", "no record in it; expected a list of objects, as ROR publishes it (schema 2)"),
        ("[]", "no record in it; expected a list of objects, as ROR publishes it (schema 2)"),
        ("", "record 1: not JSON from here on"),
        (json.dumps([record(1), record(2)])[:-9], "record 2: not JSON from here on"),
    ],
)
def test_a_file_that_is_no_list_or_is_cut_off_is_told(load, content, fault):
    with pytest.raises(CommandError) as error:
        load(content)
    assert fault in str(error.value)
    assert Institution.objects.count() == 0


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    for name, content, fault in [
        ("missing.json", None, "No such file"),
        ("broken.zip", b"no zip", "not a zip file"),
        ("latin.json", b'["\xff"]', "latin.json"),
    ]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(CommandError, match="Nothing was loaded") as error:
            call_command("load_institutions", str(tmp_path / name))
        assert fault in str(error.value)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.json", "[]")
        archive.writestr("b.json", "[]")
    with pytest.raises(CommandError, match="2 files that could be meant"):
        call_command("load_institutions", str(tmp_path / "two.zip"))


def test_the_starter_list_loads_once(capsys):
    call_command("load_institutions")
    minnesota = Institution.objects.named("UMN")
    assert (minnesota.name, minnesota.is_known, minnesota.is_ctsa, minnesota.country_code) == (
        "University of Minnesota", True, True, "US",
    )  # fmt: skip
    assert (minnesota.ctsa_from, minnesota.ctsa_until) == (None, None)
    Institution.objects.update(is_ctsa=False)
    minnesota.name = "Minnesota"
    minnesota.save()
    Institution.objects.named("Yale University").absorb(Institution.objects.named("Howard University"))
    before = contents()
    capsys.readouterr()
    call_command("load_institutions", "--starter")
    said = capsys.readouterr().out.splitlines()
    # The one renamed here is made anew; the one merged here is not
    assert said[1:] == ["  1 new", f"  {Institution.objects.current().count() - 1} as they were"]
    assert [row["name"] for row in contents()[0]] == [
        *(row["name"] for row in before[0]),
        "University of Minnesota",
    ]


def test_the_starter_list_after_the_registry_marks_what_is_there(load, capsys):
    load([record(1, "The Yale University"), record(2, "Other", others=[("alias", "Yale University")])])
    call_command("load_institutions", "--starter")
    yale = Institution.objects.get(ror_id="000000001")
    assert (yale.name, yale.is_known, yale.is_ctsa) == ("The Yale University", True, True)
    assert Institution.objects.called("Yale University").count() == 2


def test_the_home_institution_is_marked(settings, capsys):
    settings.HOME_INSTITUTION = "university of minnesota"
    call_command("load_institutions")
    assert list(Institution.objects.filter(is_home=True).values_list("name", flat=True)) == [
        "University of Minnesota"
    ]
    settings.HOME_INSTITUTION = "Nowhere University"
    capsys.readouterr()
    call_command("load_institutions")
    assert capsys.readouterr().out.splitlines()[-1] == (
        "HOME_INSTITUTION is 'Nowhere University', which is not the name of exactly one institution."
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "name,city\n",
            "line 1: columns name, city; expected name, aliases, acronyms, city, region, country_code, ctsa",
        ),
        ("{head}A,,,,,US\n", "line 2: expected 7 columns"),
        ("{head},,,,,US,\n", "line 2: name ''; expected one, and each once"),
        ("{head}A,,,,,US,\nthe a,,,,,US,\nA,,,,,US,\n", "line 4: name 'A'; expected one, and each once"),
        ("{head}A,,,,,US,no\n", "line 2: expected ctsa empty or yes, and a country code of two letters"),
    ],
)
def test_faults_in_a_starter_list_are_told(tmp_path, text, fault):
    path = tmp_path / "list.csv"
    path.write_text(text.format(head=",".join(STARTER_COLUMNS) + "\n"))
    with pytest.raises(ror.LoadRefusedError) as error:
        load_starter(path)
    assert fault in str(error.value)
    assert Institution.objects.count() == 0


def test_a_file_and_the_starter_list_at_once_are_refused():
    with pytest.raises(CommandError, match="not both"):
        call_command("load_institutions", "a.json", "--starter")
