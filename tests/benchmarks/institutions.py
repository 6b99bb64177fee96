"""The search for institutions, timed among made-up ones. Prints milliseconds as JSON.

Run by scripts/bench.py, on each database: python -m tests.benchmarks.institutions NUMBER_OF_INSTITUTIONS
"""

import json
import random
import statistics
import sys
import time

import django

django.setup()

from django.db import connection  # noqa: E402 - after setup

from registration.institution_search import suggest  # noqa: E402
from registration.models import Institution, InstitutionName  # noqa: E402

# How often words stand in names of research organizations: few kinds of names, many places
FORMS = [
    (30, "University of {place}"), (16, "{place} University"), (6, "{place} State University"),
    (5, "{place} University Hospital"), (4, "{place} Medical Center"), (5, "Institute of {field} {place}"),
    (4, "{place} College"), (3, "National Institute of {field}, {place}"), (3, "{place} {field} Research Center"),
    (3, "University of {place} Medical School"), (2, "{place} Children's Hospital"), (3, "Universidad de {place}"),
    (3, "{place} Foundation for {field}"), (2, "Ministry of {field}, {place}"), (3, "Université de {place}"),
    (3, "{place} Institute of Technology"), (2, "{field} Society of {place}"), (3, "{place} {field}"),
]  # fmt: skip
FIELDS = [
    "Health",
    "Medicine",
    "Science",
    "Agriculture",
    "Physics",
    "Education",
    "Cancer",
    "Energy",
    "Public Health",
]
QUERIES = [
    "u", "un", "university", "university of", "univ", "the university of m", "university of minnesota", "minnesota",
    "umn", "um", "minn univ", "medical center", "medical", "state university", "university hospital",
    "institute of technology", "national institute of health", "col", "universite de", "harvard medical school",
    "mayo clinic rochester minnesota", "univeristy of minesota", "department of medicine, university of minnesota",
    "children's hospital of phil", "zz", "a b c d", "university university college",
]  # fmt: skip
KNOWN = [
    "University of Minnesota",
    "Harvard University",
    "Mayo Clinic",
    "Children's Hospital of Philadelphia",
]
ROUNDS = 7
SYLLABLES = "ba ber can car del dor fal gar har in jo kan kol lan ma min mon nor oss par qui ros san sta tor ul var wes yor"


def make(number: int) -> None:
    chance = random.Random(1)  # the same institutions in every run
    syllables = SYLLABLES.split()
    places = ["".join(chance.choices(syllables, k=chance.randint(2, 4))).title() for _ in range(number // 4)]
    forms, weights = [form for _, form in FORMS], [weight for weight, _ in FORMS]
    for start in range(0, number, 5000):
        batch = [made_up(chance, places, forms, weights) for _ in range(min(5000, number - start))]
        Institution.objects.bulk_create(batch)
        Institution.write_names({each.pk: names_of(each.name, chance) for each in batch})
    for name in KNOWN:
        Institution.objects.create(name=name, is_known=True)
    Institution.objects.get(name=KNOWN[0]).set_names([(InstitutionName.Kind.ACRONYM, "UMN")])
    known = Institution.objects.order_by("pk")[:1500].values("pk")
    Institution.objects.filter(pk__in=list(known.values_list("pk", flat=True))).update(is_known=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def made_up(chance: random.Random, places: list[str], forms: list[str], weights: list[int]) -> Institution:
    (form,) = chance.choices(forms, weights)
    # Some places have many institutions, most have few
    place = places[int(len(places) * chance.random() ** 2)]
    return Institution(name=form.format(place=place, field=chance.choice(FIELDS)), country_code="US")


def names_of(name: str, chance: random.Random) -> list[tuple[str, str]]:
    acronym = "".join(word[0] for word in name.split() if word[0].isupper())
    names = [("name", name), ("acronym", acronym)]
    return names + ([("alias", f"{name} System")] if chance.random() < 0.4 else [])


def milliseconds(query: str) -> float:
    start = time.perf_counter()
    suggest(query)
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    make(int(sys.argv[1]))
    rounds = [{query: milliseconds(query) for query in QUERIES} for _ in range(ROUNDS + 1)][1:]
    middle = {query: statistics.median(taken[query] for taken in rounds) for query in QUERIES}
    slowest = max(middle, key=lambda query: middle[query])
    found = {"median": statistics.median(middle.values()), "worst": middle[slowest], "slowest": slowest}
    sys.stdout.write(json.dumps(found | {"by_query": middle}))


if __name__ == "__main__":
    main()
