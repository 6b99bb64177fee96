"""The made-up cast: enough to show every page, marked as made up, and never on a real site by accident."""

import io

import pytest
from django.core.management import CommandError, call_command

from evaluation.models import ImportedResponse, ResponseImport
from opm.management.commands.seed_demo import CAST
from registration.models import User
from training import content
from training.models import ActionPlan, PageVisit

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])


@pytest.fixture
def on_a_trial_site(settings):
    settings.DEBUG = True


def seed(*arguments):
    out = io.StringIO()
    call_command("seed_demo", *arguments, stdout=out)
    return out.getvalue()


def test_it_makes_the_cast_their_progress_and_300_responses(on_a_trial_site, client):
    printed = seed("--password", "open sesame, please")
    assert "open sesame, please" in printed
    for email, _, role, _ in CAST:
        assert f"{role:12} {email}" in printed
        assert client.login(email=email, password="open sesame, please")
    assert set(User.objects.values_list("is_demo", flat=True)) == {True}
    assert set(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == {
        "admin@example.org"
    }
    assert User.objects.get(email="evaluator@example.org").is_evaluator
    assert User.objects.get(email="coordinator@example.org").is_coordinator
    learner = User.objects.get(email="learner@example.org")
    pages = content.load_all()["graduate"].pages
    done = PageVisit.objects.filter(user=learner, done_at__isnull=False)
    assert done.count() == round(0.4 * len(pages))
    assert ActionPlan.objects.get(user=learner).is_whole
    assert (ImportedResponse.objects.count(), ResponseImport.objects.get().is_demo) == (300, True)


def test_doing_it_again_changes_nothing_but_the_password(on_a_trial_site, client):
    seed()
    before = (User.objects.count(), PageVisit.objects.count(), ImportedResponse.objects.count())
    seed("--password", "another password")
    assert (User.objects.count(), PageVisit.objects.count(), ImportedResponse.objects.count()) == before
    assert client.login(email="learner@example.org", password="another password")


def test_on_a_real_site_it_asks_for_a_flag(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off: this looks like a real site"):
        seed()
    assert not User.objects.exists()
    seed("--force")
    assert User.objects.filter(is_demo=True).count() == User.objects.count() > len(CAST)
