"""The benchmarks go on working when the course changes: what they ask for is there, and an answer is kept."""

import json

import pytest

from registration.models import Institution
from tests.benchmarks import institutions, seed
from training.models import Answer


@pytest.mark.django_db
def test_the_seeded_people_can_read_the_page_and_answer(client, settings, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["seed", "3"])
    seed.main()
    found = json.loads(capsys.readouterr().out)
    assert len(found["sessions"]) == 3
    client.cookies[settings.SESSION_COOKIE_NAME] = found["sessions"][0]
    assert client.get(found["page"]).status_code == 200
    posted = client.post(found["answer"], {found["field"]: "What I wrote"}, headers={"hx-request": "true"})
    assert posted.status_code == 200
    kept = Answer.objects.get(user__email="learner0@example.org", activity_id=seed.REFLECT.id)
    assert kept.value == {"text": "What I wrote"}


@pytest.mark.django_db
def test_the_search_for_institutions_is_timed(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["institutions", "40"])
    monkeypatch.setattr(institutions, "ROUNDS", 1)
    institutions.main()
    found = json.loads(capsys.readouterr().out)
    assert list(found["by_query"]) == institutions.QUERIES
    assert found["worst"] == max(found["by_query"].values()) == found["by_query"][found["slowest"]]
    assert Institution.objects.count() == 40 + len(institutions.KNOWN)
