"""Reach against figures worked out independently, in plain Python, from the people themselves."""

import csv
import datetime
import json
import random
import re
from collections import Counter
from io import StringIO
from itertools import pairwise

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.core.management.base import CommandError

from opm.reach import Reach
from opm.reach_figure import draw
from registration.models import Institution, User

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])


@pytest.fixture
def person(db):
    """person(**fields) -> somebody who counts, or does not with is_proved=False."""

    def make(is_proved=True, **fields):
        number = User.objects.count()
        user = User.objects.create(email=f"person{number}@example.edu", password="!", **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=is_proved, primary=True)
        return user

    return make


def day(text):
    return datetime.date.fromisoformat(text)


def words(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def text_of(name, **options):
    out = StringIO()
    call_command("report", name, stdout=out, **options)
    return out.getvalue()


def test_it_agrees_with_a_count_by_hand(person):
    chance = random.Random(7)
    places = [
        Institution.objects.create(
            name=f"Place {number}", is_home=number in (0, 3), is_ctsa=number % 2 == 0, ctsa_from=begin, ctsa_until=end
        )
        for number, (begin, end) in enumerate(
            [(None, None), (None, None), (day("2014-01-01"), None), (None, None), (None, day("2013-12-31")),
             (None, None), (day("2013-06-01"), day("2014-06-01")), (None, None)])
    ]  # fmt: skip
    places[7].merged_into = places[6]
    places[7].save()
    people = []
    for number in range(150):
        place = chance.choice([*places, None])
        is_counted = number % 6 != 0
        fields = {
            "registered_on": day("2012-10-17") + datetime.timedelta(days=chance.randrange(1200)),
            "institution": place,
            "institution_name": place.name
            if place
            else chance.choice(["", "Far  College", "far college", "Near"]),
            "at_ctsa": chance.choice([None, None, None, True, False]),
            "job_category": chance.choice([*User.JobCategory.values, ""]),
            **{reason: chance.random() < 0.4 for reason in User.REASONS},
        }
        person(is_proved=is_counted, **fields)
        if is_counted:
            people.append(fields)

    def root(one):
        place = one["institution"]
        return place and (places[6] if place == places[7] else place)

    def is_ctsa(one):
        place, on = root(one), one["registered_on"]
        if one["at_ctsa"] is not None:
            return one["at_ctsa"]
        return bool(
            place and place.is_ctsa and (place.ctsa_from or on) <= on and (place.ctsa_until or on) >= on
        )

    def named(one):
        return root(one) or " ".join(one["institution_name"].split()).lower()

    years = Counter(one["registered_on"].year for one in people)
    first, last = min(one["registered_on"] for one in people), max(one["registered_on"] for one in people)
    at_ctsa = [one for one in people if is_ctsa(one)]
    home = sum(bool(root(one) and root(one).is_home) for one in people)
    assert (first.year, last.year) == (2012, 2016)
    assert Reach.count().as_json() == {
        "registrants": 125,
        "home": home,
        "others": 125 - home,
        "institutions": len({named(one) for one in people if named(one)}),
        "ctsa_registrants": len(at_ctsa),
        "ctsa_institutions": len({named(one) for one in at_ctsa if named(one)}),
        "by_year": [
            {
                "year": year,
                "registrants": years[year],
                "cumulative": sum(count for other, count in years.items() if other <= year),
            }
            for year in range(2012, 2017)
        ],
        "reasons": {name.removeprefix("reason_"): sum(one[name] for one in people) for name in User.REASONS},
        "job_categories": {
            category or "unknown": sum(one["job_category"] == category for one in people)
            for category in (*User.JobCategory.values, "")
        },
        "mean_per_calendar_year": (years[2013] + years[2014] + years[2015]) / 3,
        "calendar_years": 3,
        "mean_per_elapsed_year": pytest.approx(125 / ((last - first).days / 365.25)),
        "elapsed_years": pytest.approx((last - first).days / 365.25),
    }


def test_nobody_yet():
    reach = Reach.count()
    assert (reach.registrants, reach.years, reach.figure) == (0, (), None)
    assert (reach.as_json()["mean_per_calendar_year"], reach.as_json()["mean_per_elapsed_year"]) == (
        None,
        None,
    )
    assert "Nobody has registered yet." in reach.notes()


def test_who_counts(person):
    """A proved address or an older list; a closed account still registered; a begun registration did not."""
    person()
    person(is_active=False)
    person(is_proved=False, imported_on=day("2026-01-01"))
    person(is_proved=False)
    person(is_demo=True)
    reach = Reach.count()
    assert (reach.registrants, reach.unproved, reach.is_made_up) == (3, 1, False)
    assert "Not counted: 1 accounts whose address nobody has confirmed" in reach.notes()[0]


def test_made_up_people_count_where_there_are_no_others(person):
    person(is_demo=True)
    person(is_demo=True)
    person(is_proved=False)
    reach = Reach.count()
    assert (reach.registrants, reach.is_made_up) == (2, True)
    assert reach.notes()[0] == "Made-up demo people: these are not real registrants."


def test_an_institution_typed_as_a_listed_one_is_that_one(person):
    harbor = Institution.objects.create(name="Harbor College")
    person(institution=harbor, institution_name="Harbor College")
    person(institution_name="harbor  COLLEGE")
    person(institution_name="Prairie")
    assert Reach.count().places.institutions == 2


def test_the_home_institution_may_be_named_by_the_setting(person, settings):
    settings.HOME_INSTITUTION = "University of Minnesota"
    person(institution_name="university of minnesota")
    person(institution_name="Prairie")
    assert (Reach.count().places.home, Reach.count().others) == (1, 1)


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ("2013-01-01", "2014-12-31", [2013, 2014]),
        ("2013-01-02", "2015-12-30", [2014]),
        ("2012-10-17", "2022-06-01", list(range(2013, 2022))),
        ("2013-02-01", "2013-11-01", []),
    ],
)
def test_complete_calendar_years_lie_between_first_and_last(person, first, last, whole):
    person(registered_on=day(first))
    person(registered_on=day(last))
    assert [year.year for year in Reach.count().whole_years] == whole


def test_means_print_their_divisors_and_the_published_figures_stand_beside(person):
    for date in ("2012-10-17", "2013-05-01", "2013-06-01", "2014-05-01", "2015-01-05"):
        person(registered_on=day(date), reason_required=True)
    tables = {table.caption: table.rows for table in Reach.count().tables()}
    assert tables["Mean number of registrants a year"] == (
        ("Per complete calendar year", "1.5", "2 (2013–2014)", "379"),
        ("Per elapsed year, first registration to last", "2.3", "2.22", "–"),
    )
    assert tables["Registrants"][:3] == (
        ("All registrants", "5", "100.00%", "4,011"),
        ("From the home institution", "0", "0.00%", "663 (16.5%)"),
        ("From other institutions, or none named", "5", "100.00%", "3,348 (83.5%)"),
    )
    assert tables["Reasons for registering (more than one possible)"][0] == (
        "Required by my institution, department, or program", "5", "100.00%", "52%")  # fmt: skip
    assert tables["Registrants by year"] == (
        ("2012 (part of the year)", "1", "1"),
        ("2013", "2", "3"),
        ("2014", "1", "4"),
        ("2015 (part of the year)", "1", "5"),
    )
    assert "doi:10.1017/cts.2025.84" in Reach.count().notes()[-1]


def test_the_figure_draws_the_table(person):
    for date in ("2013-01-01", "2013-05-01", "2014-05-01"):
        person(registered_on=day(date))
    figure = Reach.count().figure
    assert [(bar.year, bar.registrants, bar.cumulative, bar.is_whole) for bar in figure.bars] == [
        (2013, 2, 2, True),
        (2014, 1, 3, False),
    ]
    assert [bar.height for bar in figure.bars] == [146, 73]
    assert figure.description == "2013: 2, 2 in all. 2014: 1, 3 in all."


def test_in_a_figure_of_many_years_labels_keep_apart():
    figure = draw([(year, 1000 + year, year, True) for year in range(2000, 2040)])
    labelled = [bar for bar in figure.bars if bar.has_year]
    assert labelled[-1].year == 2039
    assert min(b.middle - a.middle for a, b in pairwise(labelled)) > 40
    assert [bar.year for bar in figure.bars if bar.has_number] == [2039]


@pytest.mark.parametrize("form", ["text", "csv", "html", "json"])
def test_the_command_prints_it_and_nothing_else(person, form):
    person()
    printed = text_of("reach", format=form)
    if form == "json":
        assert json.loads(printed) == Reach.count().as_json()
    else:
        assert printed.count("Institutions represented") == 1
        assert printed.count("doi:10.1017/cts.2025.84") == 1


@pytest.mark.parametrize("option", ["edition", "instrument"])
def test_the_command_takes_no_edition_for_it(option):
    with pytest.raises(CommandError) as error:
        text_of("reach", **{option: "graduate"})
    assert str(error.value) == "reach counts people of the whole site: it takes no edition and no instrument."


def test_evaluators_see_it_and_nobody_else(client, learner, coordinator, evaluator, admin):
    for path in ("/results/reach/", "/results/reach.csv"):
        client.logout()
        assert client.get(path).url == f"/accounts/login/?next={path}"
        for user, status in ((learner, 403), (coordinator, 403), (evaluator, 200), (admin, 200)):
            client.force_login(user)
            assert client.get(path).status_code == status


def test_the_page_names_nobody(client, evaluator, person):
    person(name="Ada Okafor", institution_name="Harbor College", job_title="Dean")
    client.force_login(evaluator)
    page = words(client.get("/results/reach/"))
    assert "2 people have registered" in page
    assert [page.count(secret) for secret in ("Ada", "example.edu", "Harbor", "Dean")] == [0, 0, 0, 0]
    assert 'href="/results/reach/"' in client.get("/results/").content.decode()


def test_the_download_holds_the_tables(client, evaluator):
    client.force_login(evaluator)
    response = client.get("/results/reach.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(StringIO(response.content.decode())))
    assert ["Registrants", "All registrants", "1", "100.00%", "4,011"] in rows


def test_queries_do_not_grow_with_people(client, evaluator, person, django_assert_num_queries):
    client.force_login(evaluator)
    for number in range(3):
        person(institution=Institution.objects.create(name=f"Place {number}"))
        if number != 1:
            with django_assert_num_queries(7):  # session, person, role; four for the report
                client.get("/results/reach/")
