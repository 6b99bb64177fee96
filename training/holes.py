"""HTML drawn once with holes for what is one's own, and filled as often as it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString, mark_safe

MARK = re.compile("\x02([a-z0-9-]+)\x03")  # no content file, and no template, can hold these characters


class Holes:
    """Stands for a context's own part: `holes.note` is the mark that the reader's note takes the place of."""

    def __getattr__(self, name: str) -> SafeString:
        return mark_safe(f"\x02{name.replace('_', '-')}\x03")


@dataclass(frozen=True)
class Frame:
    """Stretches of HTML and names of holes in turn."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, html: str) -> Frame:
        return cls(tuple(MARK.split(html)))

    def fill(self, own: Mapping[str, str]) -> str:
        """Raises KeyError for a hole that nothing was given for."""
        return "".join(own[piece] if place % 2 else piece for place, piece in enumerate(self.pieces))

    @cached_property
    def encoded(self) -> tuple[bytes, ...]:
        return tuple(piece.encode() for piece in self.pieces)

    def fill_encoded(self, own: Mapping[str, str]) -> bytes:
        """As `fill`, in UTF-8: to join and encode a page of 90 kB at every request takes 0.1 ms, as long as a query."""
        return b"".join(
            own[self.pieces[place]].encode() if place % 2 else piece
            for place, piece in enumerate(self.encoded)
        )
