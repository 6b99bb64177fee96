"""Media blocks: what one hears and sees on a page. One class and one template a kind.

A kind is a frozen dataclass whose fields are the keys an author writes (docs/author.md), beside its id and where its
files lie. Files are checked when the page is read, and served as static files. Nothing plays by itself, and everything
that is heard can be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from opm.strict_yaml import Lines
from training.drawings import Drawing
from training.markdown import render_inline
from training.media_files import Files, Found
from training.talks import Audio, Presentation


@dataclass(frozen=True)
class Figure:
    """A drawing that carries an idea, part of the page, with the same idea in words."""

    id: str
    files: Files
    file: str
    alt: str
    caption: str = ""
    description: str = ""
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    kind: ClassVar[str] = "figure"
    template: ClassVar[str] = "training/media/figure.html"
    depth: ClassVar[str] = "core"
    duration: ClassVar[int] = 0  # it is read with the text

    @property
    def caption_html(self) -> SafeString:
        return render_inline(self.caption)

    @property
    def description_html(self) -> SafeString:
        return render_inline(self.description)

    @property
    def drawing(self) -> Drawing:
        return Drawing(self.files, self.file, self.alt, self.id)

    @cached_property
    def html(self) -> SafeString:
        return render_to_string(self.template, {"media": self})

    def faults(self) -> Iterator[Found]:
        yield from self.drawing.faults(self.lines["file"], self.lines["alt"])


Media = Audio | Presentation | Figure
MEDIA_KINDS: dict[str, type[Media]] = {cls.kind: cls for cls in (Audio, Presentation, Figure)}
