"""When two devices write one answer: which version a browser had before it, and how no word of either is lost.

A form carries the stamp of the answer it shows: "<version>.<digest of the value>". A save with the stamp of the stored
version simply replaces it. Otherwise somebody wrote in between, and both texts are kept: the arriving one becomes the
answer, since it stands in the field in front of the mentor and must not change under their hands; the stored one is put
beside it, until the mentor has looked at both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any, NamedTuple

from django import forms

Value = dict[str, Any]


class Stamp(NamedTuple):
    """Which answer a form was drawn with. Version 0 is no answer yet."""

    version: int
    digest: str

    @classmethod
    def of(cls, version: int, value: Value) -> Stamp:
        return cls(version, digest(value))

    @classmethod
    def read(cls, text: str) -> Stamp | None:
        """From a hidden field, which anybody may have altered: None for what is no stamp."""
        version, _, rest = text.partition(".")
        return (
            cls(int(version), rest) if version.isascii() and version.isdigit() and len(version) < 10 else None
        )

    def __str__(self) -> str:
        return f"{self.version}.{self.digest}"


class Over(NamedTuple):
    """What an arriving answer was written over, and which of its values are the mentor's own words."""

    stamp: Stamp
    texts: frozenset[str]


def digest(value: Value) -> str:
    """The same for values that read the same: what is left empty does not count."""
    filled = {name: item for name, item in value.items() if item not in ("", None, [], {}, False)}
    return hashlib.sha256(json.dumps(filled, sort_keys=True).encode()).hexdigest()[:12]


def with_plain_newlines(value: Value) -> Value:
    """Forms send \\r\\n for the line breaks that scripts send as \\n: one text, one spelling."""
    return {
        name: item.replace("\r\n", "\n") if isinstance(item, str) else item for name, item in value.items()
    }


def own_words(form: forms.Form, value: Value) -> frozenset[str]:
    """Names of the values that somebody typed, as against chose."""
    return frozenset(
        name
        for name, field in form.fields.items()
        if isinstance(field, forms.CharField)
        and not field.widget.is_hidden
        and isinstance(value.get(name), str)
    )


def words_beside(arriving: Value, stored: list[Value], texts: Collection[str]) -> Value:
    """What of the stored texts the arriving answer does not contain, by field: what has to be kept beside it."""
    beside = {}
    for name in sorted(texts):
        found: list[str] = []
        for value in stored:
            text = str(value.get(name) or "").strip()
            if text and not any(text in longer for longer in (str(arriving.get(name) or ""), *found)):
                found.append(text)
        if found:
            beside[name] = "\n\n".join(found)
    return beside


def left_beside(arriving: Value, over: Over, stored: Value, other: Value | None) -> Value:
    """What has to be kept beside an arriving answer, of the stored one and of what was kept beside that."""
    stands = [] if digest(stored) == over.stamp.digest else [stored]
    return words_beside(arriving, [*stands, other or {}], over.texts)


def chosen(words: str, value: Value, other: Value) -> Value:
    """Of two texts “mine” (the answer), the “other”, or “both”."""
    return {"mine": value, "other": value | other, "both": joined(value, other)}[words]


def joined(value: Value, beside: Value) -> Value:
    """Both texts in one field, the answer's own first."""
    return value | {
        name: "\n\n".join(part for part in (str(value.get(name) or "").strip(), text) if part)
        for name, text in beside.items()
    }
