"""What a mentor writes in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from training.activities.common import Value, check_depth
from training.markdown import render_inline


@dataclass(frozen=True)
class Reflect:
    """Free text, kept as the mentor wrote it."""

    id: str
    title: str
    prompt: str
    hint: str = ""
    rows: int = 5
    minutes: int = 4
    depth: str = "core"

    kind: ClassVar[str] = "reflect"
    kind_label: ClassVar[str] = "Reflect"
    template: ClassVar[str] = "training/activities/reflect.html"
    most_characters: ClassVar[int] = 10_000

    def __post_init__(self) -> None:
        check_depth(self.depth)

    @property
    def prompt_html(self) -> str:
        return render_inline(self.prompt)

    def form(self, data: Any = None, value: Value | None = None) -> forms.Form:
        form = forms.Form(data, prefix=self.id, initial=value or {})
        form.fields["text"] = forms.CharField(
            required=False,
            strip=False,
            label=self.title,
            max_length=self.most_characters,
            error_messages={
                "max_length": "This is longer than the %(limit_value)d characters we can keep "
                "(%(show_value)d now). Nothing is lost: shorten it here, then save again."
            },
        )
        return form

    def is_answered(self, value: Value) -> bool:
        return bool(value.get("text", "").strip())

    def summary(self, value: Value) -> str:
        return str(value.get("text", ""))
