"""Tickets: the training site signs them, the survey process can only verify them.

A ticket is one line, `survey.edition.version.kid.nonce.signature`. It says which survey it opens and nothing
about the person; the nonce is random and kept nowhere. Others use `sign` and `verify` alone, so that another
way of signing (blind signatures, for one) can take this one's place.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
VERSION = re.compile(r"[0-9]{1,4}")
KEY_BYTES = 32


class TicketError(Exception):
    """A ticket that opens nothing. The message is meant for the person who holds it."""


@dataclass(frozen=True)
class Ticket:
    survey: str
    edition: str
    version: str
    nonce: str = field(repr=False)
    text: str = field(repr=False)

    @property
    def instrument(self) -> str:
        return f"{self.survey}-{self.version}"

    def digest(self) -> str:
        """What the list of used tickets keeps: it knows a ticket that comes again, and tells of no other."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def generate_key() -> tuple[str, str]:
    """A new pair of keys, each base64url of 32 bytes: (signing, verify)."""
    private = Ed25519PrivateKey.generate()
    return _encode(private.private_bytes_raw()), _encode(private.public_key().public_bytes_raw())


def verify_key(signing_key: str) -> str:
    """The key that verifies what `signing_key` signs. ValueError if it is no key."""
    return _encode(_private(signing_key).public_key().public_bytes_raw())


def is_key(key: str) -> bool:
    """Is this the text of a key, signing or verify?"""
    try:
        return bool(_key_bytes(key))
    except ValueError:
        return False


def sign(signing_key: str, survey: str, edition: str, version: str) -> str:
    """A new ticket. ValueError for a faulty key or name."""
    if not (NAME.fullmatch(survey) and NAME.fullmatch(edition) and VERSION.fullmatch(version)):
        raise ValueError(f"No ticket can be signed for {survey} {edition} {version}")
    private = _private(signing_key)
    kid = _kid(private.public_key().public_bytes_raw())
    body = f"{survey}.{edition}.{version}.{kid}.{secrets.token_urlsafe(16)}"
    return f"{body}.{_encode(private.sign(body.encode()))}"


def verify(keys: Iterable[str], text: str) -> Ticket:
    """The ticket that this text is, or TicketError. White space (a printed ticket has some) does no harm."""
    text = "".join(text.split())
    parts = text.split(".")
    if len(parts) != 6 or len(text) > 300 or not text.isascii():
        raise TicketError(
            _(
                "This does not look like a whole ticket. A ticket is one long line with five dots in it: "
                "please copy it again from its first to its last letter."
            )
        )
    survey, edition, version, kid, nonce, signature = parts
    public = {_kid(raw): raw for raw in map(_key_bytes, keys)}.get(kid)
    if public is None:
        raise TicketError(
            _("This ticket was not made for this survey. Please take a ticket from the training site.")
        )
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            _decode(signature), text.rpartition(".")[0].encode()
        )
    except (InvalidSignature, ValueError):
        raise TicketError(
            _(
                "Something in this ticket is not as it was handed out. A letter may have been lost or changed: "
                "please copy it again from its first to its last letter."
            )
        ) from None
    return Ticket(survey, edition, version, nonce, text)


def _private(signing_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_key_bytes(signing_key))


def _kid(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:8]


def _key_bytes(key: str) -> bytes:
    try:
        raw = urlsafe_b64decode(key.strip().rstrip("=") + "=")
    except Base64Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError("A ticket key is base64url of 32 bytes, as `manage.py ticket_keys` prints it")
    return raw


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """ValueError unless this is the one way to write these bytes: else one ticket could be used often."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(raw) != text:
        raise ValueError("not canonical base64url")
    return raw
