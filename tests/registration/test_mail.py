import datetime
import logging

import pytest
from django.core import mail
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from registration import tasks
from registration.mail import Attachment, attaches, attachment_builders
from registration.models import OutgoingMail

pytestmark = pytest.mark.django_db

MESSAGE = {
    "greeting_subject.txt": "For {{ name }}\n  from us",
    "greeting.txt": "Dear {{ name }},\n\nsee {{ SITE_URL }}/me/ & enjoy.",
    "email/signature.txt": "-- \n{{ SITE_NAME }}",
    "email/from_text.html": "<body>{{ text|linebreaks }}</body>",
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", MESSAGE)]},
    }
]


@pytest.fixture(autouse=True)
def own_templates():
    with override_settings(TEMPLATES=TEMPLATES):
        yield


@pytest.fixture
def record(learner, django_capture_on_commit_callbacks):
    """record(key, ...) -> the mail; `commit=False` leaves it to the sweeper."""

    def make(key="greeting:1", commit=True, **fields):
        with django_capture_on_commit_callbacks(execute=commit):
            return OutgoingMail.record(
                **{
                    "key": key,
                    "kind": "greeting",
                    "user": learner,
                    "to": learner.email,
                    "template": "greeting",
                    "context": {"name": "Áine O'Brien"},
                }
                | fields
            )

    return make


@pytest.fixture
def builder(monkeypatch):
    """builder(function) attaches what it returns to mails of the kind `greeting`."""
    monkeypatch.setattr("registration.mail.attachment_builders", {})
    return lambda function: monkeypatch.setattr(
        "registration.mail.attachment_builders", {"greeting": function}
    )


def fail(*args, **kwargs):
    raise ConnectionRefusedError("nobody listens")


def test_a_mail_goes_out_after_commit(record):
    entry = record()
    assert len(mail.outbox) == 1
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == (["learner@example.org"], "For Áine O'Brien from us")
    assert sent.body == (
        "Dear Áine O'Brien,\n\nsee http://localhost:8000/me/ & enjoy.\n\n"
        "-- \nOptimizing the Practice of Mentoring\n"
    )
    assert sent.alternatives[0].content == (
        "<body><p>Dear Áine O&#x27;Brien,</p>\n\n<p>see http://localhost:8000/me/ &amp; enjoy.</p></body>"
    )
    assert sent.extra_headers == {"Message-ID": entry.message_id, "Auto-Submitted": "auto-generated"}
    entry.refresh_from_db()
    assert (entry.attempts, entry.last_error, entry.sent_at is None) == (1, "", False)


def test_nothing_goes_out_before_commit(record):
    record(commit=False)
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_a_transaction_that_failed_never_existed(record, learner):
    with transaction.atomic():
        OutgoingMail.record(key="k", kind="greeting", to=learner.email, template="greeting")
        transaction.set_rollback(True)
    assert OutgoingMail.objects.count() == 0
    assert mail.outbox == []


def test_the_same_key_is_one_mail(record):
    first = record()
    again = record(to="elsewhere@example.org")
    assert again == first
    assert again.to_address == "learner@example.org"
    assert len(mail.outbox) == 1


def test_a_mail_is_sent_once_however_often_it_is_delivered(record):
    entry = record()
    assert entry.deliver() is False
    tasks.deliver(entry.pk)
    tasks.sweep()
    assert len(mail.outbox) == 1


def test_a_mail_that_is_gone_is_no_fault():
    tasks.deliver(4711)
    assert mail.outbox == []


def test_the_message_id_tells_repeats_and_nothing_else(record):
    first, second = record("a", commit=False), record("b", commit=False)
    assert first.message_id == OutgoingMail.objects.get(pk=first.pk).message_id
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@example.org>")


def test_a_failed_attempt_is_noted_and_tried_again_later(record, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    entry = record()
    entry.refresh_from_db()
    assert (entry.attempts, entry.sent_at) == (1, None)
    assert entry.last_error == "ConnectionRefusedError: nobody listens"
    assert (
        datetime.timedelta(minutes=1)
        <= entry.next_attempt_at - now
        < datetime.timedelta(minutes=1, seconds=30)
    )
    tasks.sweep()  # too early
    entry.refresh_from_db()
    assert entry.attempts == 1

    monkeypatch.undo()
    OutgoingMail.objects.update(next_attempt_at=now)
    tasks.sweep()
    entry.refresh_from_db()
    assert (entry.attempts, entry.last_error, entry.sent_at is None) == (2, "", False)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("kind", "minutes"),
    [("greeting", [1, 2, 4, 8, 16, 32, 64, 128, 256]), ("code", [1, 2, 4, 8])],
)
def test_attempts_grow_apart_and_end(record, kind, minutes):
    entry = record(kind=kind, commit=False)
    now = timezone.now()
    for pause in minutes:
        entry.put_off(ConnectionRefusedError("nobody listens"), now=now)
        assert entry.next_attempt_at == now + datetime.timedelta(minutes=pause)
    entry.put_off(ConnectionRefusedError("still nobody"), now=now)
    entry.refresh_from_db()
    assert (entry.next_attempt_at, entry.last_error) == (None, "ConnectionRefusedError: still nobody")
    assert list(OutgoingMail.objects.given_up()) == [entry]
    tasks.sweep()
    assert mail.outbox == []


def test_a_code_is_blanked_when_given_up_too(record):
    entry = record(kind="code", commit=False)
    for _ in range(OutgoingMail.MAX_ATTEMPTS_CODE):
        entry.put_off(ConnectionRefusedError(), now=timezone.now())
    entry.refresh_from_db()
    assert (entry.text, entry.html) == ("(This mail held a code. It is not kept.)", "")


def test_a_broker_that_is_down_is_logged_and_the_mail_swept_later(record, monkeypatch, caplog):
    monkeypatch.setattr(tasks.deliver, "delay", fail)
    with caplog.at_level(logging.ERROR):
        record()
    assert mail.outbox == []
    assert "nobody listens" in caplog.text
    tasks.sweep()
    assert len(mail.outbox) == 1


def test_codes_have_a_queue_of_their_own(record, monkeypatch):
    queued = []
    monkeypatch.setattr(tasks.deliver_code, "delay", lambda mail_id: queued.append(("codes", mail_id)))
    monkeypatch.setattr(tasks.deliver, "delay", lambda mail_id: queued.append(("others", mail_id)))
    code, account, other = (record(kind, kind=kind) for kind in ("code", "account", "greeting"))
    assert queued == [("codes", code.pk), ("codes", account.pk), ("others", other.pk)]


def test_attachments_are_built_when_the_mail_is_sent(record, builder):
    builder(lambda entry: [Attachment("plan.pdf", entry.payload["text"].encode(), "application/pdf")])
    record(payload={"text": "%PDF"})
    assert mail.outbox[0].attachments == [("plan.pdf", b"%PDF", "application/pdf")]


def test_a_builder_that_fails_is_a_failed_attempt(record, builder):
    builder(fail)
    entry = record()
    entry.refresh_from_db()
    assert (entry.attempts, entry.last_error) == (1, "ConnectionRefusedError: nobody listens")
    assert mail.outbox == []


def test_a_builder_that_breaks_the_transaction_is_a_failed_attempt(record, builder):
    builder(lambda entry: OutgoingMail.objects.create(key=entry.key))
    entry = record(commit=False)
    assert entry.deliver() is False
    entry.refresh_from_db()
    assert (entry.attempts, entry.last_error.split(":")[0]) == (1, "IntegrityError")


def test_a_kind_names_its_builder(monkeypatch):
    monkeypatch.setattr("registration.mail.attachment_builders", dict(attachment_builders))

    @attaches("certificate")
    def build(entry):
        return []

    from registration.mail import attachment_builders as builders

    assert builders["certificate"] is build


def test_account_mail_is_dropped_after_a_month_and_other_mail_kept(record):
    old = timezone.now() - datetime.timedelta(days=31)
    record("account", kind="account")
    record("greeting")
    record("new", kind="account")
    OutgoingMail.objects.exclude(key="new").update(created_at=old)
    tasks.sweep()
    assert sorted(OutgoingMail.objects.values_list("key", flat=True)) == ["greeting", "new"]


def test_a_mail_can_be_sent_again(record, django_capture_on_commit_callbacks):
    entry = record()
    with django_capture_on_commit_callbacks(execute=True):
        OutgoingMail.objects.get().send_again()
    assert [message.extra_headers["Message-ID"] for message in mail.outbox] == [entry.message_id] * 2
