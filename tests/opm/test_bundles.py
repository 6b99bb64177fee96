"""Stylesheets and scripts are joined from small files, served compressed, and few."""

import gzip
import os
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.core.checks import run_checks

from opm.bundles import BundleFinder, joined


@pytest.fixture
def workshop(settings, tmp_path):
    (tmp_path / "parts").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"parts/{name}.css").write_text(f".{name} {{}}\n")
    settings.STATICFILES_DIRS = [tmp_path / "parts"]
    settings.STATIC_BUNDLES = {"all.css": ["one.css", "two.css"]}
    settings.BUNDLE_DIR = tmp_path / "joined"
    finders.get_finder.cache_clear()
    yield tmp_path
    finders.get_finder.cache_clear()


def test_parts_are_joined_in_order_with_compressed_versions_beside(workshop):
    path = Path(finders.find("all.css"))
    assert path.read_text() == ".one {}\n\n.two {}\n"
    assert gzip.decompress(path.with_name("all.css.gz").read_bytes()) == path.read_bytes()
    assert brotli.decompress(path.with_name("all.css.br").read_bytes()) == path.read_bytes()
    assert [(name, storage.path(name)) for name, storage in BundleFinder().list(None)] == [
        ("all.css", str(path))
    ]
    assert sorted(file.name for file in path.parent.iterdir()) == ["all.css", "all.css.br", "all.css.gz"]


def test_a_bundle_is_written_anew_when_a_part_is_newer_and_only_then(workshop):
    path = joined("all.css")
    (workshop / "parts/two.css").write_text(".three {}\n")
    before = path.stat().st_mtime
    os.utime(workshop / "parts/two.css", (before - 9, before - 9))
    assert joined("all.css").read_text().endswith(".two {}\n")
    os.utime(workshop / "parts/two.css", (before + 9, before + 9))
    assert joined("all.css").read_text().endswith(".three {}\n")


def test_scripts_that_end_without_a_semicolon_stay_apart(workshop, settings):
    for name in ("one", "two"):
        (workshop / f"parts/{name}.js").write_text(f"({name})()\n")
    settings.STATIC_BUNDLES = {"all.js": ["one.js", "two.js"]}
    assert joined("all.js").read_text() == "(one)()\n\n;\n(two)()\n"


def test_a_part_that_is_not_there_is_reported(workshop, settings):
    settings.STATIC_BUNDLES = {"all.css": ["one.css", "gone.css"]}
    assert [(error.id, error.msg) for error in run_checks() if error.id == "opm.E001"] == [
        ("opm.E001", "STATIC_BUNDLES names gone.css, but there is no such file")
    ]
    assert finders.find("other.css") is None
