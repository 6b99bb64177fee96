"""Where the files of sound and drawings lie, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.templatetags.static import static

from opm.strict_yaml import Fault

FOLDER = "media"
FILE_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*\.[a-z0-9]+$")
KILOBYTE = 1024
# By what it is: the endings, and the most kilobytes, so that a page opens on a phone in a hallway.
# Of several sounds the first is played: what a person has recorded comes before what a machine has spoken.
FORMATS = {
    "sound": ((".mp3", ".m4a", ".ogg", ".opus"), 20_000),
    "drawing": ((".svg",), 60),
}
Found = Fault | tuple[int, str]


@dataclass(frozen=True)
class MediaFile:
    path: Path
    address: str

    @property
    def url(self) -> str:
        return static(self.address)

    @property
    def size(self) -> int:
        """In bytes."""
        return self.path.stat().st_size

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8", "replace")


@dataclass(frozen=True)
class Files:
    """Where a page's media lie: in its own edition's folder, else in that of the edition it extends."""

    root: Path
    owners: tuple[str, ...]

    def find(self, name: str) -> MediaFile | None:
        for owner in self.owners:
            path = self.root / owner / FOLDER / name
            if FILE_NAME.match(name) and path.is_file():
                return MediaFile(path, f"{FOLDER}/{owner}/{name}")
        return None

    def faults(self, name: str, what: str, line: int) -> Iterator[Found]:
        endings, most = FORMATS[what]
        found = self.find(name)
        if not FILE_NAME.match(name):
            yield line, f"“{name}” is no file name: small letters, digits, hyphens, and an ending"
        elif not name.endswith(endings):
            yield line, f"“{name}” is no {what} file; those end in {', '.join(endings)}"
        elif found is None:
            yield line, f"there is no file {FOLDER}/{name}"
        elif found.path.stat().st_size > most * KILOBYTE:
            yield line, f"{FOLDER}/{name} is larger than {most} kB"
        elif found.path.stat().st_size == 0:
            yield line, f"{FOLDER}/{name} is empty"


def depth_faults(depth: str, line: int) -> Iterator[Found]:
    if depth not in ("core", "deeper"):
        yield line, f"depth is “core” or “deeper”, not “{depth}”"
