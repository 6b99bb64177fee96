"""Templates to PDF: the only place that knows WeasyPrint. No request leaves for the network."""

import atexit
from functools import cache
from typing import Any

from django.template.loader import render_to_string

from opm.environment import ROOT


@cache
def _fonts() -> Any:
    # One configuration a process: a new one for each document is never freed (WeasyPrint 70)
    from weasyprint.text.fonts import FontConfiguration

    # Freed while Python still stands: its own destructor fails when the interpreter is half gone
    atexit.register(_fonts.cache_clear)
    atexit.register(_stylesheet.cache_clear)
    return FontConfiguration()


@cache
def _stylesheet() -> Any:
    from weasyprint import CSS

    return CSS(filename=ROOT / "static" / "pdf.css", font_config=_fonts(), url_fetcher=_fetcher())


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data", "file"})


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1) of the rendered template. Its <title>, lang and meta elements become PDF metadata."""
    # Imported here: WeasyPrint takes half a second to load and most processes never make a PDF
    from weasyprint import HTML

    html = HTML(
        string=render_to_string(template, context), base_url=str(ROOT / "static"), url_fetcher=_fetcher()
    )
    document: bytes = html.write_pdf(
        stylesheets=[_stylesheet()], font_config=_fonts(), pdf_variant="pdf/ua-1"
    )
    return document
