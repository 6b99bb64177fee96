"""The admin page that finds institutions that are there twice, and what people typed."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command

from registration import duplicates
from registration.models import Institution, InstitutionName, User

pytestmark = pytest.mark.django_db
PAGE = "/admin/registration/institution/duplicates/"
MERGE, LINK = f"{PAGE}merge/", f"{PAGE}link/"


def make(name, acronym="", **facts):
    institution = Institution.objects.create(name=name, **facts)
    if acronym:
        institution.set_names([(InstitutionName.Kind.ACRONYM, acronym)])
    return institution


@pytest.fixture
def minnesota():
    return make("University of Minnesota", "UMN", ror_id="017zqws13", country_code="US")


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin)
    return client


def test_pairs_share_a_name_or_an_acronym_and_words(minnesota, learner):
    same = make("The University of Minnesota", country_code="US")
    words = make("Minnesota University Twin Cities", "UMN")
    make("Ulm Museum of Nature", "UMN")
    make("University of Minnesota", country_code="NO")
    make("Union Medical", ror_id="000000001")
    make("Union Medical", ror_id="000000002")
    User.objects.filter(pk=learner.pk).update(institution=words)
    assert [(pair.one, pair.other, pair.shared, pair.people) for pair in duplicates.pairs()] == [
        (minnesota, words, "UMN", 1),
        (minnesota, same, "University of Minnesota", 0),
    ]


def test_the_starter_list_holds_nothing_twice():
    call_command("load_institutions")
    assert Institution.objects.count() > 200
    assert duplicates.pairs() == []


def test_two_of_the_registry_are_compared_once_people_come_from_both():
    first, second = (make("Union Medical", ror_id=f"00000000{number}", is_known=True) for number in (1, 2))
    assert [(pair.one, pair.other) for pair in duplicates.pairs()] == [(first, second)]


def test_the_page_shows_pairs_and_what_people_typed(signed_in, minnesota, make_user):
    make("The University of Minnesota")
    for number in range(3):
        make_user(f"{number}@example.org", institution_name="Univ of Minesota" if number else "Elsewhere")
    response = signed_in.get(PAGE)
    assert [(entry.text, entry.people) for entry in response.context["typed"]] == [
        ("Univ of Minesota", 2),
        ("Elsewhere", 1),
    ]
    page = response.content.decode()
    assert (
        "?typed=Univ%20of%20Minesota&amp;institution=" in page
        or "?typed=Univ%20of%20Minesota&institution=" in page
    )
    assert "Nothing close." in page
    assert "Compare" in page


def test_any_two_can_be_searched_for(signed_in, minnesota):
    response = signed_in.get(PAGE, {"q": "umn"})
    assert [hit.institution for hit in response.context["hits"]] == [minnesota]
    assert 'name="keep"' in response.content.decode()


def test_merging_asks_first_and_then_moves_everything(signed_in, minnesota, learner):
    other = make("U of M")
    User.objects.filter(pk=learner.pk).update(institution=other)
    chosen = {"keep": minnesota.pk, "other": other.pk}
    page = " ".join(signed_in.get(MERGE, chosen).content.decode().split())
    assert "People, names and flags of “U of M” go to “University of Minnesota”." in page
    other.refresh_from_db()
    assert other.merged_into is None
    response = signed_in.post(MERGE, chosen, follow=True)
    done = "Merged “U of M” into “University of Minnesota”: 1 person moved."
    assert [str(message) for message in response.context["messages"]] == [done]
    other.refresh_from_db()
    learner.refresh_from_db()
    assert (other.merged_into, learner.institution) == (minnesota, minnesota)
    log = LogEntry.objects.order_by("object_id").values_list("object_id", "change_message")
    assert list(log) == sorted([(str(minnesota.pk), done), (str(other.pk), done)])
    # A double click, or a page left open
    again = signed_in.post(MERGE, chosen, follow=True)
    assert [str(message) for message in again.context["messages"]] == [
        "Choose two institutions that are not merged already."
    ]


@pytest.mark.parametrize(
    "chosen", [{}, {"keep": "1"}, {"keep": "x", "other": "y"}, {"keep": "me", "other": "me"}]
)
def test_two_different_ones_have_to_be_chosen(signed_in, minnesota, chosen):
    chosen = {name: minnesota.pk if value == "me" else value for name, value in chosen.items()}
    response = signed_in.post(MERGE, chosen, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert Institution.objects.filter(merged_into=None).count() == 1


def test_what_people_typed_is_linked_after_a_question(signed_in, minnesota, make_user):
    for number, typed in enumerate(["Minnesota Uni", "minnesota uni", "Elsewhere"]):
        make_user(f"{number}@example.org", institution_name=typed)
    chosen = {"typed": "Minnesota Uni", "institution": minnesota.pk}
    page = " ".join(signed_in.get(LINK, chosen).content.decode().split())
    assert "2 people typed “Minnesota Uni” and will belong to “University of Minnesota”" in page
    assert User.objects.exclude(institution=None).count() == 0
    signed_in.post(LINK, chosen | {"remember": "on"})
    linked = User.objects.filter(institution=minnesota).values_list("institution_name", flat=True)
    assert sorted(linked) == ["Minnesota Uni", "minnesota uni"]
    assert Institution.objects.named("minnesota UNI") == minnesota
    assert LogEntry.objects.get().change_message == (
        "Linked 2 people who typed “Minnesota Uni” to “University of Minnesota”."
    )
    assert signed_in.get(LINK, chosen).status_code == 404
    assert signed_in.get(LINK, {"typed": "Elsewhere"}).headers["Location"] == PAGE


@pytest.mark.parametrize("path", [PAGE, MERGE, LINK])
def test_only_those_who_may_change_institutions_come_in(client, coordinator, path):
    assert client.get(path).headers["Location"] == f"/admin/login/?next={path}"
    User.objects.filter(pk=coordinator.pk).update(is_staff=True)
    client.force_login(coordinator)
    assert client.get(path).status_code == 403


def test_names_are_edited_with_their_institution(signed_in, minnesota):
    address = f"/admin/registration/institution/{minnesota.pk}/change/"
    form = signed_in.get(address).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    acronym = minnesota.names.get(kind="acronym")
    rows = {
        "names-TOTAL_FORMS": 3,
        "names-INITIAL_FORMS": 1,
        "names-0-id": acronym.pk,
        "names-0-institution": minnesota.pk,
    }
    rows |= {"names-0-name": "UMN", "names-0-kind": "acronym", "names-0-DELETE": "on"}
    for row, name in [(1, "Gophers"), (2, "gophers")]:
        rows |= {
            f"names-{row}-name": name,
            f"names-{row}-kind": "added",
            f"names-{row}-institution": minnesota.pk,
        }
    assert signed_in.post(address, values | rows).status_code == 302
    assert list(minnesota.names.values_list("name", flat=True)) == ["University of Minnesota", "Gophers"]
    assert (Institution.objects.named("gophers"), Institution.objects.named("umn")) == (minnesota, None)


def test_the_list_is_searched_by_any_name(signed_in, minnesota):
    make("Other")
    found = signed_in.get("/admin/registration/institution/?q=umn").context["cl"].result_list
    assert list(found) == [minnesota]
    choices = "/admin/autocomplete/?app_label=registration&model_name=user&field_name=institution&term="
    assert [row["id"] for row in signed_in.get(f"{choices}umn").json()["results"]] == [str(minnesota.pk)]
    make("U of M").absorb(minnesota)
    assert [row["text"] for row in signed_in.get(f"{choices}umn").json()["results"]] == ["U of M"]
