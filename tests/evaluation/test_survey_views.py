import json
import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser

import pytest

from evaluation import survey_views
from evaluation.instrument import load
from evaluation.survey_form import TEXT_LIMIT
from opm import tickets

ANSWERS = {
    "time_spent": "2",
    "sections_completed": "4",
    "skill_01_before": "2",
    "skill_01_after": "5",
    "will_change": "1",
    "change_text": "We meet <weekly>\r\nnow",
    "gender__female": "1",
    "title__professor": "1",
    "follow_up_code": "MARE07",
}


class Inputs(HTMLParser):
    """The fields of a page: name -> what a browser would send, and all that could be chosen."""

    def __init__(self, html):
        super().__init__()
        self.sent, self.offered, self.hidden, self.area = {}, {}, {}, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, kind = attrs.get("name"), attrs.get("type")
        if tag == "textarea":
            self.area = name
            self.sent[name] = ""
        elif tag == "input" and name:
            self.offered.setdefault(name, []).append(attrs.get("value"))
            if kind == "hidden":
                self.hidden[name] = attrs["value"]
            if kind not in ("radio", "checkbox") or "checked" in attrs:
                self.sent[name] = attrs.get("value", "")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.sent[self.area] += data.removeprefix("\n") if not self.sent[self.area] else data


def rows(survey_dir, query):
    if not (survey_dir / "box.sqlite").exists():
        return []
    with closing(sqlite3.connect(survey_dir / "box.sqlite")) as database:
        return database.execute(query).fetchall()


@pytest.fixture
def survey(survey_process, make_ticket):
    """survey(ticket, **fields) -> the response to a form with these fields."""

    def post(ticket=None, **fields):
        text = ticket.text if ticket else make_ticket().text
        return survey_process.post("/", {"ticket": text, **fields})

    return post


def test_it_explains_itself_and_takes_a_ticket(survey_process):
    response = survey_process.get("/")
    assert response.status_code == 200
    assert "How your answers stay yours" in response.text
    assert Inputs(response.text).sent == {"ticket": ""}


def test_a_ticket_opens_the_empty_form(survey, make_ticket):
    ticket = make_ticket()
    fields = Inputs(survey(ticket).text)
    assert fields.sent == {"ticket": ticket.text, "change_text": "", "follow_up_code": ""}
    names = {variable.id for variable in load("main-1").variables}
    assert names | {"ticket"} == set(fields.offered) | {"change_text"}


def test_the_form_offers_every_code_once(survey):
    offered = Inputs(survey().text).offered
    for variable in load("main-1").response_variables:
        codes = ["1"] if variable.kind == "multi" else [str(code) for code, _ in variable.codes]
        assert offered[variable.id] == codes


def test_the_form_is_drawn_for_each_ticket_anew(survey, make_ticket):
    first, second = make_ticket(), make_ticket()
    survey(first)
    page = survey(second).text
    assert (first.text in page, second.text in page) == (False, True)


def test_each_item_is_a_fieldset_of_its_own_and_there_is_no_grid(survey):
    page = survey().text
    items = [question for question in load("main-1").questions if question.kind not in ("text", "code")]
    pairs = [question for question in items if question.kind == "pair"]
    assert page.count("<fieldset") == len(items) + 2 * len(pairs)
    assert page.count("<legend>") == page.count("<fieldset")
    assert "<table" not in page
    assert page.count("Not at all skilled") == 22


def test_the_form_stays_light(survey):
    assert len(survey().content) < 60_000


def test_nothing_is_stored_before_it_is_sent(survey, survey_dir, make_ticket):
    ticket = make_ticket()
    survey(ticket)
    survey(ticket, **ANSWERS)
    survey(ticket, **ANSWERS, action="change")
    assert rows(survey_dir, "SELECT * FROM answers") == []
    assert rows(survey_dir, "SELECT * FROM used") == []


def test_answers_are_read_through_before_they_are_sent(survey, make_ticket):
    ticket = make_ticket()
    response = survey(ticket, **ANSWERS)
    assert "Check your answers" in response.text
    assert "1 to 1.5 hours" in response.text
    assert "We meet &lt;weekly&gt;<br>now" in response.text
    assert "-97" not in response.text
    expected = {**ANSWERS, "ticket": ticket.text, "change_text": "We meet <weekly>\nnow"}
    assert Inputs(response.text).hidden == expected


def test_changing_gives_the_form_back_filled_in(survey, make_ticket):
    ticket = make_ticket()
    fields = Inputs(survey(ticket, **ANSWERS, action="change").text).sent
    assert fields == {**ANSWERS, "ticket": ticket.text, "change_text": "We meet <weekly>\nnow"}


def test_sent_answers_are_in_the_box(survey, survey_dir):
    response = survey(**ANSWERS, action="send")
    assert (response.status_code, "Thank you" in response.text) == (200, True)
    assert "1 to 1.5 hours" in response.text
    ((instrument, edition, answers),) = rows(survey_dir, "SELECT instrument, edition, answers FROM answers")
    assert (instrument, edition) == ("main-1", "graduate")
    answers = json.loads(answers)
    assert set(answers) == {variable.id for variable in load("main-1").response_variables}
    given = {name: value for name, value in answers.items() if value not in (-97, 0)}
    numbers = {name: int(value) for name, value in ANSWERS.items() if value.isdigit()}
    assert given == numbers
    assert {value for name, value in answers.items() if name.startswith("race__")} == {-97}
    assert (answers["gender__male"], answers["gender__female"]) == (0, 1)
    assert rows(survey_dir, "SELECT variable, excluded, text FROM texts") == [
        ("change_text", 0, "We meet <weekly>\nnow")
    ]
    assert len(rows(survey_dir, "SELECT * FROM codes")) == 1


def test_an_empty_form_counts_as_an_answer(survey, survey_dir):
    response = survey(action="send")
    assert response.status_code == 200
    ((answers,),) = rows(survey_dir, "SELECT answers FROM answers")
    assert set(json.loads(answers).values()) == {-97}
    assert rows(survey_dir, "SELECT * FROM texts") + rows(survey_dir, "SELECT * FROM codes") == []


def test_the_exclusion_rule_of_the_edition_marks_the_text(survey, survey_dir, make_ticket):
    fellow = {"title__postdoctoral_fellow": "1", "will_change": "1", "action": "send"}
    survey(make_ticket("graduate"), **fellow, change_text="graduate")
    survey(make_ticket("undergraduate"), **fellow, change_text="undergraduate")
    assert sorted(rows(survey_dir, "SELECT text, excluded FROM texts")) == [
        ("graduate", 1),
        ("undergraduate", 0),
    ]


def test_words_to_a_question_that_was_not_asked_are_not_sent(survey, survey_dir, make_ticket):
    fields = {**ANSWERS, "will_change": "0"}
    ticket = make_ticket()
    assert "Will not be sent: see the question above." in survey(ticket, **fields).text
    survey(ticket, **fields, action="send")
    assert rows(survey_dir, "SELECT * FROM texts") == []


@pytest.mark.parametrize(("name", "room"), [("change_text", TEXT_LIMIT), ("follow_up_code", 60)])
def test_an_overlong_text_is_said_at_its_field_and_nothing_typed_is_lost(
    survey, survey_dir, make_ticket, name, room
):
    ticket = make_ticket()
    fields = {**ANSWERS, name: "x" * (room + 1)}
    response = survey(ticket, **fields, action="send")
    message = f"This is {room + 1:,} characters long; there is room for {room:,}."
    assert response.text.count(message) == 2
    assert f'id="{name}-error"' in response.text
    assert Inputs(response.text).sent == {
        "change_text": "We meet <weekly>\nnow",
        **{key: value for key, value in fields.items() if key != "change_text" or name == key},
        "ticket": ticket.text,
    }
    assert rows(survey_dir, "SELECT * FROM answers") == []


def test_a_text_of_just_the_length_is_taken(survey, survey_dir):
    survey(will_change="1", change_text="é" * TEXT_LIMIT, action="send")
    assert rows(survey_dir, "SELECT length(text) FROM texts") == [(TEXT_LIMIT,)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("skill_01_before", "8"),
        ("skill_01_before", "-97"),
        ("skill_01_before", "-99"),
        ("skill_01_after", "Extremely skilled"),
        ("gender__male", "on"),
        ("will_change", "yes"),
        ("years", "1.0"),
        ("time_spent", "٢"),
    ],
)
@pytest.mark.parametrize("action", ["send", "check", ""])
def test_a_tampered_answer_is_refused(survey, survey_dir, make_ticket, name, value, action):
    ticket = make_ticket()
    response = survey(ticket, **{**ANSWERS, name: value}, action=action)
    assert (response.status_code, "not one that the form offers" in response.text) == (400, True)
    assert rows(survey_dir, "SELECT * FROM answers") == []
    assert survey(ticket, **ANSWERS, action="send").status_code == 200


def test_a_used_ticket_is_refused_at_every_step(survey, survey_dir, make_ticket):
    ticket = make_ticket()
    survey(ticket, **ANSWERS, action="send")
    for fields in ({}, ANSWERS, {**ANSWERS, "action": "change"}, {**ANSWERS, "action": "send"}):
        response = survey(ticket, **fields)
        assert (response.status_code, "already been sent with this ticket" in response.text) == (400, True)
    assert rows(survey_dir, "SELECT count(*) FROM answers") == [(1,)]


def test_an_altered_ticket_is_refused_and_stays_to_be_mended(survey_process, make_ticket):
    altered = make_ticket().text.replace(".graduate.", ".undergraduate.")
    response = survey_process.post("/", {"ticket": altered})
    assert (response.status_code, "not as it was handed out" in response.text) == (400, True)
    assert Inputs(response.text).sent == {"ticket": altered}


def test_a_ticket_of_an_unknown_key_is_refused(survey_process):
    other, _ = tickets.generate_key()
    response = survey_process.post("/", {"ticket": tickets.sign(other, "main", "graduate", "1")})
    assert (response.status_code, "not made for this survey" in response.text) == (400, True)


@pytest.mark.parametrize(
    ("text", "words"), [("", "There was no ticket"), ("hello", "does not look like a whole ticket")]
)
def test_what_is_no_ticket_is_refused(survey_process, text, words):
    response = survey_process.post("/", {"ticket": text})
    assert (response.status_code, words in response.text) == (400, True)


@pytest.mark.parametrize(
    "names", [("graduate", "99", "main"), ("staff", "1", "main"), ("graduate", "1", "other")]
)
def test_a_ticket_to_a_survey_that_is_over_is_refused(survey, make_ticket, names):
    response = survey(make_ticket(*names))
    assert (response.status_code, "not running any more" in response.text) == (400, True)


def test_a_post_from_the_training_site_is_taken_as_it_comes(survey_process, make_ticket):
    """Another site's form arrives with Origin: null, because no address leaves the training site's page."""
    survey_process.handler.enforce_csrf_checks = True
    survey_process.cookies["sessionid"] = "somebody"
    response = survey_process.post("/", {"ticket": make_ticket().text}, headers={"origin": "null"})
    assert (response.status_code, "Part 1 of 8" in response.text) == (200, True)


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("get", "/", None, 200),
        ("head", "/", None, 200),
        ("post", "/", {"ticket": "bad"}, 400),
        ("post", "/", {}, 200),
        ("post", "/", {"action": "send"}, 200),
        ("put", "/", None, 405),
        ("get", "/nowhere", None, 404),
        ("get", "/healthz", None, 200),
    ],
)
def test_every_answer_keeps_to_itself(survey_process, make_ticket, method, path, fields, status):
    data = {"ticket": make_ticket().text, **fields} if fields is not None else None
    response = getattr(survey_process, method)(path, data)
    assert response.status_code == status
    assert response.cookies == {}
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_pages_ask_nobody_else_for_anything(survey, survey_process):
    for page in (survey_process.get("/").text, survey(**ANSWERS).text, survey(**ANSWERS, action="send").text):
        loaded = re.findall(r'(?:src|href|action)="([^"#]*)"', page)
        outside = {address for address in loaded if not address.startswith(("/", "data:", "mailto:"))}
        assert outside <= {"http://localhost:8000/survey/", "http://localhost:8000/"}
        assert "style=" not in page
        assert re.findall(r"<script(?![^>]*src=)", page) == []


@pytest.mark.django_db  # closing a file response looks after the databases that the test process has
def test_the_survey_serves_its_own_two_files(survey_process):
    for name in ("survey.css", "survey.js"):
        response = survey_process.get(f"/static/{name}")
        assert (response.status_code, "Set-Cookie" in response.headers) == (200, False)
        response.close()
    for path in (
        "/static/../opm/settings.py",
        "/static/",
        "/static/%2e%2e/manage.py",
        "/manage.py",
        "/templates/me.html",
    ):
        assert survey_process.get(path).status_code == 404


def test_a_wrong_host_gets_the_kind_page(survey_process):
    response = survey_process.get("/", headers={"host": "elsewhere.example"})
    assert (response.status_code, "could not be read" in response.text) == (400, True)


def test_too_large_a_form_gets_the_kind_page(survey, survey_dir):
    response = survey(will_change="1", change_text="x" * 1_100_000, action="send")
    assert (response.status_code, "could not be read" in response.text) == (400, True)
    assert rows(survey_dir, "SELECT * FROM answers") == []


def test_a_fault_says_so_kindly_and_stores_nothing(survey, survey_dir, monkeypatch):
    def fail(*args):
        raise RuntimeError("the disk is full")

    survey()  # so that there is a box
    monkeypatch.setattr("evaluation.ballot_box.BallotBox.drop", fail)
    response = survey(**ANSWERS, action="send")
    assert (response.status_code, "wrong on our side" in response.text) == (500, True)
    assert ("MARE07" in response.text, rows(survey_dir, "SELECT * FROM used")) == (False, [])


def test_the_view_holds_no_answer_in_memory(survey, make_ticket):
    """The drawn form is kept for the next person: it must be the empty one."""
    survey_views._blank_form.cache_clear()
    survey(**ANSWERS, action="change")
    assert Inputs(survey().text).sent["change_text"] == ""
