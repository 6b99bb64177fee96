"""What institutions are called, and one that takes over another."""

import datetime
from importlib import import_module

import pytest
from django.apps import apps

from registration.institutions import fold
from registration.models import Institution, InstitutionName, InstitutionWord, User

pytestmark = pytest.mark.django_db
ACRONYM, ALIAS, ADDED = InstitutionName.Kind.ACRONYM, InstitutionName.Kind.ALIAS, InstitutionName.Kind.ADDED


def names_of(institution):
    return list(institution.names.values_list("kind", "name"))


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("The University of Texas at Austin", "university texas austin"),
        ("Université  Paris-Saclay", "universite paris saclay"),
        ("St. Jude Children's Research Hospital", "st jude childrens research hospital"),
        ("Texas A&M University", "texas m university"),
        ("U.S. Army", "us army"),
        ("Uniwersytet Wrocławski", "uniwersytet wroclawski"),
        ("Universität Gießen", "universitat giessen"),
        ("北京大学", "北京大学"),
        ("The And", "the and"),
        ("–", ""),
    ],
)
def test_names_are_folded_to_what_people_type(name, folded):
    assert fold(name) == folded


def test_it_is_found_by_its_name_from_the_moment_it_is_saved():
    institution = Institution.objects.create(name="University of Minnesota")
    institution.set_names([(ACRONYM, "UMN"), (ALIAS, "the university of minnesota")])
    assert names_of(institution) == [("name", "University of Minnesota"), ("acronym", "UMN")]
    institution.name = "Minnesota University"
    institution.save()
    assert names_of(institution) == [("name", "Minnesota University"), ("acronym", "UMN")]
    words = InstitutionWord.objects.order_by("word").values_list("word", flat=True)
    assert list(words) == ["minnesota", "umn", "university"]


def test_named_is_the_only_one_of_a_name():
    first = Institution.objects.create(name="Trinity College", city="Dublin")
    assert Institution.objects.named("  trinity  COLLEGE ") == first
    assert Institution.objects.named("Trinity") is None
    assert Institution.objects.named("–") is None
    Institution.objects.create(name="Trinity College", city="Hartford")
    assert Institution.objects.named("Trinity College") is None


def test_a_place_is_told_as_far_as_it_is_known():
    assert Institution(city="Columbia", region="Missouri", country_name="United States").place == (
        "Columbia, Missouri, United States"
    )
    assert (Institution(country_code="NO").place, Institution().place) == ("NO", "")


@pytest.fixture
def two(learner, outsider):
    """The one to keep, and another of which the learner and a third one come; the outsider comes from the first."""
    keep = Institution.objects.create(name="University of Minnesota", ror_id="017zqws13", ctsa_from=None)
    other = Institution.objects.create(
        name="U of M Twin Cities",
        city="Minneapolis",
        is_ctsa=True,
        ctsa_from=datetime.date(2011, 6, 1),
        is_known=True,
    )
    other.set_names([(ACRONYM, "UMTC")])
    User.objects.filter(pk=learner.pk).update(institution=other, institution_name="UMTC")
    User.objects.filter(pk=outsider.pk).update(institution=keep)
    return keep, other


def test_one_takes_over_all_of_another(two):
    keep, other = two
    earlier = Institution.objects.create(name="Old name", merged_into=other)
    assert keep.absorb(other) == 1
    assert sorted(User.objects.values_list("email", "institution", "institution_name")) == [
        ("learner@example.org", keep.pk, "UMTC"),
        ("outsider@example.org", keep.pk, ""),
    ]
    assert names_of(keep) == [
        ("name", "University of Minnesota"),
        ("added", "U of M Twin Cities"),
        ("added", "UMTC"),
    ]
    assert (keep.ror_id, keep.city, keep.is_ctsa, keep.ctsa_from) == (
        "017zqws13",
        "Minneapolis",
        True,
        datetime.date(2011, 6, 1),
    )
    earlier.refresh_from_db()
    assert (other.merged_into, earlier.merged_into) == (keep, keep)
    assert (names_of(other), other.words.count(), other.is_ctsa, other.is_known) == ([], 0, False, False)
    assert Institution.objects.named("umtc") == keep


def test_the_identifier_goes_along_where_there_was_none(two):
    first, second = two
    second.absorb(first)
    assert (second.ror_id, first.ror_id, first.merged_into) == ("017zqws13", None, second)


def test_a_hub_that_goes_on_has_no_end(two):
    keep, other = two
    Institution.objects.filter(pk=keep.pk).update(is_ctsa=True, ctsa_until=datetime.date(2020, 1, 1))
    keep.absorb(other)
    assert keep.ctsa_until is None


def test_what_has_been_merged_is_not_merged_again(two):
    keep, other = two
    keep.absorb(other)
    with pytest.raises(ValueError, match="cannot be merged"):
        Institution.objects.create(name="Third").absorb(other)
    with pytest.raises(ValueError, match="cannot be merged"):
        keep.absorb(keep)


@pytest.mark.parametrize(("remember", "added"), [(True, ["U of Minn"]), (False, [])])
def test_a_spelling_is_adopted_with_all_who_typed_it(two, make_user, remember, added):
    keep, other = two
    for number in range(2):
        make_user(f"typed{number}@example.org", institution_name="U of Minn" if number else "u of minn")
    User.objects.filter(institution=other).update(institution_name="U of Minn")
    assert keep.adopt_spelling("U of Minn", remember) == 2
    assert User.objects.filter(institution=keep).count() == 3
    assert list(keep.names.values_list("name", flat=True)) == ["University of Minnesota", *added]


def test_older_institutions_get_their_names_by_migration(learner):
    institution = Institution.objects.create(name="The Old College")
    User.objects.filter(pk=learner.pk).update(institution=institution)
    Institution.write_names({institution.pk: []})
    import_module("registration.migrations.0005_names_of_institutions").write_names(apps, None)
    institution.refresh_from_db()
    assert (Institution.objects.named("old college"), institution.is_known) == (institution, True)
    assert sorted(institution.words.values_list("word", flat=True)) == ["college", "old"]
