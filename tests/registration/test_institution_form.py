"""The institution in the registration form: known, ambiguous, close, unlisted or picked; and what is offered."""

import re

import pytest

from registration import institution_views
from registration.models import Institution, InstitutionName, User

pytestmark = pytest.mark.django_db
SIGN_UP = "/accounts/signup/"
OFFERED = "/accounts/institutions/"


@pytest.fixture
def minnesota():
    institution = Institution.objects.create(
        name="University of Minnesota", city="Minneapolis", country_code="US"
    )
    institution.set_names([(InstitutionName.Kind.ACRONYM, "UMN")])
    return institution


@pytest.fixture
def colleges():
    return [
        Institution.objects.create(name="Trinity College", city=city, country_name=country)
        for city, country in [("Dublin", "Ireland"), ("Hartford", "United States")]
    ]


def registered():
    user = User.objects.get()
    return user.institution, user.institution_name


def question(response):
    """What the form that came back asks: value and words of each choice."""
    assert response.status_code == 200
    assert User.objects.count() == 0
    form = response.context["form"]
    return [(option.data["value"], option.choice_label) for option in form["institution_choice"]]


@pytest.mark.parametrize("typed", ["university of  minnesota", "The University of Minnesota", "umn"])
def test_a_name_an_alias_or_an_acronym_links(post, answers, minnesota, typed):
    post(SIGN_UP, answers | {"institution": typed})
    assert registered() == (minnesota, " ".join(typed.split()))
    minnesota.refresh_from_db()
    assert minnesota.is_known is True


def test_several_of_one_name_are_asked_about_once(post, answers, colleges):
    answers |= {"institution": "Trinity College", "job_title": "Dean"}
    response = post(SIGN_UP, answers)
    assert question(response) == [
        (str(colleges[0].pk), "Trinity College · Dublin, Ireland"),
        (str(colleges[1].pk), "Trinity College · Hartford, United States"),
        ("typed", "None of these: keep “Trinity College”"),
    ]
    page = response.content.decode()
    assert (
        '<a href="#id_institution_choice_0">Choose the institution that you mean, or keep what you typed.</a>'
        in page
    )
    assert ('value="Dean"' in page, 'name="institution_asked"' in page) == (True, True)
    post(
        SIGN_UP, answers | {"institution_asked": "Trinity College", "institution_choice": str(colleges[1].pk)}
    )
    assert registered() == (colleges[1], "Trinity College")


@pytest.mark.parametrize("choice", [{"institution_choice": "typed"}, {}, {"institution_choice": "999999"}])
def test_whoever_was_asked_may_keep_what_they_typed(post, answers, minnesota, choice):
    answers |= {"institution": "University of Minesota"}
    assert question(post(SIGN_UP, answers)) == [
        (str(minnesota.pk), "University of Minnesota · Minneapolis, US"),
        ("typed", "None of these: keep “University of Minesota”"),
    ]
    post(SIGN_UP, answers | {"institution_asked": "University of Minesota"} | choice)
    assert registered() == (None, "University of Minesota")


def test_the_question_and_its_answer_stay_when_something_else_is_wrong(post, answers, colleges):
    answers |= {"institution": "Trinity College", "institution_asked": "Trinity College", "email": "ada at"}
    response = post(SIGN_UP, answers | {"institution_choice": str(colleges[1].pk)})
    assert list(response.context["form"].errors) == ["email"]
    page = " ".join(response.content.decode().split())
    assert re.findall(r'name="institution_choice" value="(\d+)"[^>]* checked', page) == [str(colleges[1].pk)]
    assert 'name="institution_asked" value="Trinity College"' in page


def test_a_text_that_changed_after_the_question_is_looked_up_anew(post, answers, minnesota, colleges):
    asked = {"institution_asked": "Trinity College", "institution_choice": str(colleges[0].pk)}
    post(SIGN_UP, answers | {"institution": "UMN"} | asked)
    assert registered() == (minnesota, "UMN")


def test_an_unlisted_one_is_kept_as_typed_without_a_question(post, answers, minnesota):
    post(SIGN_UP, answers | {"institution": "Lakeside  Medical School"})
    assert registered() == (None, "Lakeside Medical School")


def test_a_pick_from_the_list_tells_those_of_one_name_apart(post, answers, colleges):
    post(SIGN_UP, answers | {"institution": "Trinity College", "institution_pick": str(colleges[1].pk)})
    assert registered() == (colleges[1], "Trinity College")


def test_a_pick_that_does_not_go_with_the_text_counts_for_nothing(post, answers, minnesota, colleges):
    post(SIGN_UP, answers | {"institution": "UMN", "institution_pick": str(colleges[1].pk)})
    assert registered() == (minnesota, "UMN")


def test_not_listed_can_be_picked(post, answers, minnesota):
    post(SIGN_UP, answers | {"institution": "University of Minesota", "institution_pick": "typed"})
    assert registered() == (None, "University of Minesota")


def test_a_merged_institution_is_found_as_the_one_it_became(post, answers, minnesota, colleges):
    minnesota.absorb(colleges[0])
    post(SIGN_UP, answers | {"institution": "UMN", "institution_pick": str(colleges[0].pk)})
    assert registered()[0] == minnesota


def test_a_pick_of_one_that_was_merged_meanwhile_is_looked_up(post, answers, minnesota):
    other = Institution.objects.create(name="U of M")
    minnesota.absorb(other)
    post(SIGN_UP, answers | {"institution": "U of M", "institution_pick": str(other.pk)})
    assert registered()[0] == minnesota


def test_a_password_has_to_be_typed_again_and_that_is_said(post, answers, colleges):
    again = "Browsers are not sent a password back"
    answers |= {"institution": "Trinity College"}
    assert again not in post(SIGN_UP, answers).content.decode()
    assert again in post(SIGN_UP, answers | {"password1": "seven quiet herons"}).content.decode()


def test_institutions_are_offered_with_place_and_number(client, minnesota):
    Institution.objects.create(name="<b>Bold</b> University")
    page = client.get(OFFERED, {"q": "umn"}).content.decode()
    assert f'data-pick="{minnesota.pk}"' in page
    assert 'data-count="1 institution found."' in page
    assert 'data-name="University of Minnesota"' in page
    assert "(UMN)" in page
    assert "Minneapolis, US" in page
    assert "&lt;b&gt;Bold" in client.get(OFFERED, {"q": "bold"}).content.decode()


def test_what_is_not_found_can_be_kept(client):
    page = client.get(OFFERED, {"q": ' "Nowhere" '}).content.decode()
    assert 'data-count="0 institutions found."' in page
    assert 'data-name="&quot;Nowhere&quot;"' in page


@pytest.mark.parametrize("typed", ["", "u", "\x00", "%", "’" * 300, "ﷺ" * 200])
def test_odd_questions_are_answered(client, minnesota, typed):
    response = client.get(OFFERED, {"q": typed})
    assert (response.status_code, 'data-pick="1"' in response.content.decode()) == (200, False)


def test_ten_at_most_are_offered(client):
    for number in range(12):
        Institution.objects.create(name=f"College {number}")
    assert client.get(OFFERED, {"q": "college"}).content.decode().count("institution-option-") == 11


def test_who_asks_too_often_has_to_wait(client, minnesota, monkeypatch):
    monkeypatch.setattr(institution_views, "MOST_QUESTIONS", 2)
    assert [client.get(OFFERED, {"q": "umn"}).status_code for _ in range(3)] == [200, 200, 429]
    assert client.post(OFFERED).status_code == 405
