"""Stylesheets and scripts are written in small files and served in few: a staticfiles finder that joins them.

What is joined is in settings.STATIC_BUNDLES, and is written anew when a part is newer. Beside it lie its compressed
versions, which WhiteNoise serves: a page weighs under `make run` what it weighs in production.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage


class BundleFinder(finders.BaseFinder):
    def check(self, **kwargs: Any) -> list[CheckMessage]:
        names = {part for parts in settings.STATIC_BUNDLES.values() for part in parts}
        missing = sorted(name for name in names if not finders.find(name))
        return [
            Error(f"STATIC_BUNDLES names {name}, but there is no such file", id="opm.E001")
            for name in missing
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(joined(path))] if path in settings.STATIC_BUNDLES else []
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = FileSystemStorage(location=settings.BUNDLE_DIR)
        for name in settings.STATIC_BUNDLES:
            joined(name)
            yield name, storage


def joined(name: str) -> Path:
    """The bundle's file, up to date."""
    parts = [Path(finders.find(part) or part) for part in settings.STATIC_BUNDLES[name]]
    bundle = Path(settings.BUNDLE_DIR) / name
    changed = max(part.stat().st_mtime for part in parts)
    if not bundle.is_file() or bundle.stat().st_mtime < changed:
        # A script that ends without a semicolon would take the next one's parenthesis for a call
        between = "\n;\n" if name.endswith(".js") else "\n"
        content = between.join(part.read_text("utf-8") for part in parts).encode()
        bundle.parent.mkdir(parents=True, exist_ok=True)
        _write(bundle.with_name(f"{name}.gz"), gzip.compress(content, mtime=0))
        _write(bundle.with_name(f"{name}.br"), brotli.compress(content))
        _write(bundle, content)
    return bundle


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: two processes may join at once."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
