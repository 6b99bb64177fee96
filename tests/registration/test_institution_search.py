"""What is found for what people type, in which order, and how the database finds it."""

import pytest
from django.db import connection

from registration import institution_search
from registration.institution_search import close, search, suggest
from registration.models import Institution, InstitutionName, InstitutionWord

pytestmark = pytest.mark.django_db
MINNESOTA = "University of Minnesota"


def make(name, acronym="", alias="", **facts):
    institution = Institution.objects.create(name=name, **facts)
    others = [(InstitutionName.Kind.ACRONYM, acronym), (InstitutionName.Kind.ALIAS, alias)]
    institution.set_names([(kind, name) for kind, name in others if name])
    return institution


@pytest.fixture
def some():
    make("University of Minnesota", "UMN", is_known=True, city="Minneapolis", country_code="US")
    make("University of Minnesota Medical Center", "UMMC")
    make("Minnesota State University")
    make("Mines University", "UMN")
    make("Harvard University")
    make("Universidad de Córdoba", city="Córdoba", country_code="ES")
    gone = make("University of Minnesota, Duluth")
    Institution.objects.filter(pk=gone.pk).update(
        merged_into=Institution.objects.get(name="University of Minnesota")
    )


def names(hits):
    return [hit.institution.name for hit in hits]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("University of Minnesota", [MINNESOTA, f"{MINNESOTA} Medical Center", "Minnesota State University"]),
        ("minn univ", [MINNESOTA, "Minnesota State University", f"{MINNESOTA} Medical Center"]),
        ("UMN", ["University of Minnesota", "Mines University"]),
        ("the umm", ["University of Minnesota Medical Center"]),
        ("cordoba", ["Universidad de Córdoba"]),
        ("minnesota oslo", []),
        ("duluth", []),
        ("%_", []),
        ("", []),
    ],
)  # fmt: skip
def test_every_word_begins_a_word_of_a_name_and_the_best_come_first(some, typed, found):
    assert names(search(typed)) == found


def test_where_nearly_all_match_those_known_here_come_first(some, monkeypatch):
    monkeypatch.setattr(institution_search, "COMMON", 3)
    monkeypatch.setattr(institution_search, "RARE_ENOUGH", 2)
    assert names(search("university"))[0] == "University of Minnesota"
    assert names(search("univ", 1)) == ["University of Minnesota"]
    make("University")
    assert names(search("university"))[0] == "University"


def test_the_alias_that_was_found_is_shown(some):
    assert [(hit.institution.name, hit.also) for hit in search("umn")] == [
        ("University of Minnesota", "UMN"),
        ("Mines University", "UMN"),
    ]
    assert search("minneso")[0].also == ""
    assert search("umn")[0].label == "University of Minnesota (UMN) · Minneapolis, US"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Univeristy of Minesota", "University of Minnesota"),
        ("Department of Medicine, University of Minnesota", "University of Minnesota"),
        ("Harvrad University", "Harvard University"),
        ("Harvard Faculty of Arts", "Harvard University"),
        ("University of Minnesota Rochester", "University of Minnesota"),
    ],
)
def test_what_is_close_is_suggested(some, typed, first):
    assert names(search(typed)) == []
    assert names(suggest(typed))[0] == names(close(typed))[0] == first


@pytest.mark.parametrize(
    "typed", ["Lakeside Medical School", "University", "Medical Center", "Xanadu", "a b c d"]
)
def test_what_says_nothing_of_anything_here_is_close_to_nothing(some, typed):
    assert close(typed) == []


def test_it_never_costs_more_than_a_handful_of_queries(some, django_assert_max_num_queries):
    for _ in range(2):
        with django_assert_max_num_queries(5):
            assert names(search("univ of minn"))[0] == "University of Minnesota"
        Institution.objects.bulk_create([Institution(name=f"More {number}") for number in range(50)])


def plan(rows):
    """The names of the indexes by which the database would read these rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of a few rows is read whole otherwise
    return rows.explain()


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: InstitutionWord.objects.beginning("minn").values("institution"), "institution_word_found"),
        (lambda: InstitutionName.objects.beginning("minn").values("institution"), "institution_name_folded"),
        (
            lambda: InstitutionName.objects.filter(folded="minn").values("institution"),
            "institution_name_folded",
        ),
    ],
)
def test_beginnings_are_found_by_an_index(some, rows, index):
    text = plan(rows())
    assert index in text
    # Both ends of the range are conditions of the index, not a filter on what it gave
    if connection.vendor == "sqlite" and ">=" in str(rows().query):
        assert text.count(">? AND ") == 1


def test_a_word_is_looked_up_within_one_institution_by_an_index(some):
    text = plan(Institution.objects.current().filter(is_known=True).with_words(["minn"]).order_by())
    assert "institution_known" in text
    assert "institutionword_1 (institution_id=? AND word>?" in text or "institution_word_" in text
