"""The mailbox of the embedded run: what Django's file backend keeps on disk, at /dev/mail/. DEBUG only."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

FILE_NAME = re.compile(r"\d{8}-\d{6}-\d+\.log", re.ASCII)
# A file's name without .log, and which of the mails in it: two sent in one second can share a file
MAIL_NAME = re.compile(r"(?P<file>\d{8}-\d{6}-\d+)\.(?P<position>\d{1,4})", re.ASCII)
SEPARATOR = b"\n" + b"-" * 79 + b"\n"
SHOWN = 200


@dataclass(frozen=True)
class KeptMail:
    """One mail on disk. `name` is its address under /dev/mail/."""

    name: str
    mail: EmailMessage

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(key, str(value)) for key, value in self.mail.items()]

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def to(self) -> str:
        return str(self.mail["To"])

    @property
    def date(self) -> str:
        return str(self.mail["Date"])

    def body(self, kind: str) -> str:
        part = self.mail.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part else ""

    @property
    def text(self) -> str:
        return self.body("plain")

    @property
    def html(self) -> str:
        return self.body("html")

    @property
    def attachments(self) -> list[EmailMessage]:
        return [part for part in self.mail.iter_attachments() if isinstance(part, EmailMessage)]

    @property
    def attachment_names(self) -> list[str]:
        # Not by part.get_filename in the template: Django would ask the message for a header of that name
        return [part.get_filename() or "attachment" for part in self.attachments]


View = Callable[..., HttpResponse]


def debug_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not settings.DEBUG or not getattr(settings, "EMAIL_FILE_PATH", None):
            raise Http404
        return view(request, **kwargs)

    return guarded


def _read(file: Path) -> list[KeptMail]:
    parts = file.read_bytes().split(SEPARATOR)
    return [
        KeptMail(f"{file.stem}.{position}", message_from_bytes(part, policy=policy.default))
        for position, part in enumerate(parts)
        if part.strip()
    ]


def _kept() -> list[KeptMail]:
    """The newest mails on disk, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = (
        [file for file in folder.glob("*.log") if FILE_NAME.fullmatch(file.name)] if folder.is_dir() else []
    )
    files.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [mail for file in files[:SHOWN] for mail in reversed(_read(file))]


def _find(name: str) -> KeptMail:
    match = MAIL_NAME.fullmatch(name)
    file = Path(settings.EMAIL_FILE_PATH) / f"{match['file']}.log" if match else None
    if not file or not file.is_file():
        raise Http404
    for mail in _read(file):
        if mail.name == name:
            return mail
    raise Http404


def forget(address: str, message_ids: Collection[str]) -> None:
    """Remove from disk what went to this address, and the mails with these ids, whomever they went to."""
    if not getattr(settings, "EMAIL_FILE_PATH", None):
        return
    for file in Path(settings.EMAIL_FILE_PATH).glob("*.log"):
        parts = [part for part in file.read_bytes().split(SEPARATOR) if part.strip()]
        mails = [message_from_bytes(part, policy=policy.default) for part in parts]
        staying = [
            part
            for part, mail in zip(parts, mails, strict=True)
            if str(mail["To"]).lower() != address.lower() and mail["Message-ID"] not in message_ids
        ]
        if not staying:
            file.unlink(missing_ok=True)
        elif len(staying) < len(parts):
            file.write_bytes(b"".join(part + SEPARATOR for part in staying))


@debug_only
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "registration/mailbox.html", {"mails": _kept()})


@debug_only
def message(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "registration/mailbox_message.html", {"mail": _find(name)})


@debug_only
def attachment(request: HttpRequest, name: str, index: int) -> HttpResponse:
    parts = _find(name).attachments
    if index >= len(parts):
        raise Http404
    part = parts[index]
    response = HttpResponse(part.get_payload(decode=True), content_type=part.get_content_type())
    file_name = re.sub(r"[^\w. -]", "_", part.get_filename() or "attachment")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


app_name = "dev_mail"
urlpatterns = [
    path("", mailbox, name="mailbox"),
    path("<str:name>/", message, name="message"),
    path("<str:name>/<int:index>/", attachment, name="attachment"),
]
