"""Drawings inside a page: an SVG file checked for what cannot work or does not belong there, then made part of the HTML.

Inside the page a drawing takes on its colors: currentColor and var(--section), in light and dark. The page's content
security policy allows neither styles nor scripts in it, so what would silently not work is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from django.utils.safestring import SafeString, mark_safe

from opm.strict_yaml import Fault
from training.media_files import Files, Found

ELEMENTS = {
    *("svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line"),
    *("polyline", "polygon", "text", "tspan", "textPath", "marker", "clipPath", "mask", "pattern"),
    *("linearGradient", "radialGradient", "stop"),
}  # fmt: skip
HEAD = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", re.DOTALL)
REFERENCE = re.compile(r"""(\bid=["']|url\(#|\bhref=["']#)""")


def drawing_faults(text: str) -> Iterator[tuple[int, str]]:
    """What is wrong with an SVG file, as lines and messages."""
    found: list[tuple[int, str]] = []
    seen: list[str] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if not seen and (name != "svg" or "viewBox" not in attributes):
            found.append((line, "a drawing is an <svg> with a viewBox"))
        seen.append(name)
        if name not in ELEMENTS:
            found.append((line, f"<{name}> does not belong in a drawing"))
        for key, value in attributes.items():
            if key == "style" or key.startswith("on"):
                found.append((line, f"the page allows no {key}=… here; write fill=…, stroke=… and so on"))
            if key.endswith("href") and not value.startswith("#"):
                found.append((line, f"{key} leads out of the drawing"))

    parser.StartElementHandler = start
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        found.append((error.lineno, f"not valid XML: {expat.ErrorString(error.code)}"))
    yield from found


def inline(text: str, prefix: str) -> str:
    """The drawing as part of a page. Its ids get a prefix, so that two drawings do not share one."""
    return REFERENCE.sub(rf"\g<1>{prefix}-", HEAD.sub("", text)).strip()


@dataclass(frozen=True)
class Drawing:
    """A drawing on a page. `alt` says what it shows, and `prefix` keeps its ids apart from those of others."""

    files: Files
    file: str
    alt: str
    prefix: str

    @property
    def svg(self) -> SafeString:
        found = self.files.find(self.file)
        return mark_safe(inline(found.text, self.prefix)) if found else SafeString("")

    def faults(self, file_line: int, alt_line: int) -> Iterator[Found]:
        yield from self.files.faults(self.file, "drawing", file_line)
        if not self.alt.strip():
            yield alt_line, "“alt” is empty: say in a sentence what the drawing shows"
        if self.file.endswith(".svg") and (found := self.files.find(self.file)):
            for line, message in drawing_faults(found.text):
                yield Fault(found.path, line, message)
