"""What only real servers show: web process, broker, worker, sessions and mail, each a process of its own."""

import io
import re

import pytest
from django.core.cache import cache
from django.db import connections
from pypdf import PdfReader

from registration import tasks
from registration.models import OutgoingMail
from tests.services.conftest import Browser, wait_for
from training.action_plan import keep_plan
from training.content import load_all
from training.models import ActionPlan

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, databases=["default", "evaluation"]),
]


@pytest.fixture(autouse=True)
def empty_postbox(postbox):
    postbox.messages.clear()


def owe(address, **fields):
    """A mail as a web process leaves it when the broker does not answer: written, and nobody told."""
    return OutgoingMail.objects.create(
        key=f"test/{address}", kind="test", to_address=address, subject="Owed", text="Text", **fields
    )


def delivered(worker):
    """How many times the worker has run the delivery of a mail."""
    (state,) = worker.stats().values()
    return sum(state["total"].get(f"registration.tasks.{name}", 0) for name in ("deliver", "deliver_code"))


def test_the_databases_are_postgresql():
    assert [connections[alias].vendor for alias in ("default", "evaluation")] == ["postgresql", "postgresql"]


def test_signing_in_goes_through_web_broker_worker_and_mail(browser, site, worker, postbox, learner):
    browser.get("/accounts/login/code/")
    status, path, _ = browser.post("/accounts/login/code/", email=learner.email)
    assert (status, path) == (200, "/accounts/login/code/confirm/")

    (message,) = wait_for(lambda: postbox.to(learner.email), "the mail with the code")
    text = message.get_body(("plain",)).get_content()
    code = re.search(r"asked for it:\s+(\S+)", text)[1]
    status, path, _ = browser.post("/accounts/login/code/confirm/", code=code)
    assert (status, path) == (200, "/me/")
    assert browser.get("/me/")[:2] == (200, "/me/")

    mail = wait_for(
        lambda: OutgoingMail.objects.exclude(sent_at=None).first(), "the record to be marked sent"
    )
    assert (mail.kind, mail.attempts, code in mail.text) == ("code", 1, False)

    # The session is in Redis and nowhere else: any web process on any machine finds it, and it can be ended
    key = "django.contrib.sessions.cache" + browser.cookie("sessionid")
    assert cache.get(key)["_auth_user_id"] == str(learner.pk)
    cache.delete(key)
    assert browser.get("/me/")[1] == "/accounts/login/"


def test_strangers_have_sessions_of_their_own(site, worker):
    assert [Browser(site).get("/me/")[1] for _ in range(2)] == ["/accounts/login/", "/accounts/login/"]


def test_the_site_is_ready_and_its_static_files_are_collected(browser):
    assert browser.get("/readyz")[::2] == (200, "ready")
    stylesheet = re.search(r'href="(/static/site\.[0-9a-f]+\.css)"', browser.get("/")[2])[1]
    assert browser.get(stylesheet)[0] == 200


def test_the_worker_builds_the_pdf_of_a_plan_and_sends_it(worker, postbox, learner):
    course = load_all()["graduate"]
    plan = ActionPlan(user=learner, edition=course.id, goals=["Meet every second Tuesday"])
    keep_plan(plan, course, with_mail=True)

    (message,) = wait_for(lambda: postbox.to(learner.email), "the mail with the plan")
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type() == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(attachment.get_content())).pages)
    assert text.count("Meet every second Tuesday") == 1


def test_the_sweeper_sends_what_a_dead_broker_left(worker, postbox):
    mails = [owe(f"person{number}@example.org") for number in range(3)]
    tasks.sweep.delay()
    wait_for(lambda: OutgoingMail.objects.exclude(sent_at=None).count() == 3, "the sweeper")
    assert sorted(message["To"] for message in postbox.messages) == [mail.to_address for mail in mails]


def test_a_task_that_comes_many_times_sends_one_mail(worker, postbox):
    mail = owe("once@example.org")
    before = delivered(worker)
    for _ in range(10):
        tasks.deliver.delay(mail.pk)
    wait_for(lambda: delivered(worker) == before + 10, "ten deliveries of one mail")
    wait_for(lambda: OutgoingMail.objects.exclude(sent_at=None).count() == 1, "the record to be marked sent")
    assert len(postbox.to("once@example.org")) == 1
