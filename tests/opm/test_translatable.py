"""Every word of the interface goes through gettext: in templates, and where Python gives a text to a person."""

import ast
import re
from html.parser import HTMLParser

import pytest
from django.template.base import Lexer, TokenType

from opm.environment import ROOT

TEMPLATES = sorted([*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")])
GAP = "\ufffc"  # what stands for a tag of the template language
SPOKEN = {"alt", "title", "aria-label", "placeholder", "label"}
NO_WORDS = {"code", "kbd", "style", "script"}  # kbd: what is printed on the key
WORD = re.compile(r"[A-Za-z]{2,}")
# A text given to another template or a filter: {% include … with title="So many" %}, |default:"None"
QUOTED = re.compile(
    r"""(?:(?<!\w)\w+=|\|\w+:)(?P<quote>["'])(?P<text>[A-Z][^"']*|[^"']*\s[^"']*)(?P=quote)"""
)
CODE = re.compile(r"""^[a-z0-9 _./:#%,·-]*$|^[A-Z]{1,2}[a-z]?( [A-Z]\w*)*$|^[YmdjFMNDlPHis:, .-]+$""")
# Between these and their ends nothing is shown as it stands; and blocks that hold attributes of <body>
OPENING = {"blocktranslate", "blocktrans", "comment"}
ATTRIBUTES = [["block", "body_class"], ["block", "body_data"], ["block", "step"]]
QUOTING = {"translate", "blocktranslate", "load", "url", "static"}


class Words(HTMLParser):
    """What a person reads or hears of some HTML."""

    def __init__(self, html):
        super().__init__()
        self.found, self.inside = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.inside.append(tag)
        values = dict(attrs)
        spoken = SPOKEN | ({"content"} if values.get("name") == "description" else set())
        self.found += [value for name, value in attrs if name in spoken and value]
        if tag in ("meta", "link", "input", "img", "br", "hr", "col", "track", "source"):
            self.inside.pop()

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data):
        if not NO_WORDS & set(self.inside):
            self.found.append(data)


def untranslated(path):
    """The pieces of a template that no translator would see."""
    html, hidden, found = "", [], []
    for token in Lexer(path.read_text()).tokenize():
        words = token.contents.split() if token.token_type == TokenType.BLOCK else [""]
        if words[0] in OPENING or words[:2] in ATTRIBUTES:
            hidden.append(words[0])
        if token.token_type == TokenType.TEXT and not hidden:
            html += token.contents
        else:
            html += GAP
            if token.token_type in (TokenType.BLOCK, TokenType.VAR) and words[0] not in QUOTING:
                texts = [match["text"] for match in QUOTED.finditer(token.contents)]
                found += [text for text in texts if not CODE.match(text)]
        if hidden and words[0] == f"end{hidden[-1]}":
            hidden.pop()
    if html.startswith("hx-"):  # a template of attributes alone, included inside a tag
        html = f"<form {html}>"
    pieces = [html] if path.suffix == ".txt" else Words(html).found
    return [" ".join(piece.replace(GAP, " ").split()) for piece in pieces if WORD.search(piece)] + found


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=str(path.relative_to(ROOT / "templates"))) for path in TEMPLATES]
)
def test_every_word_of_a_template_can_be_translated(path):
    assert untranslated(path) == []


# In Python: these give their text to a person
LEVELS = {"success", "info", "warning", "error"}  # of messages to a person, and of a log for the operator
TOLD = LEVELS | {"ValidationError", "mark_safe", "format_html"}
NAMED = {
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "empty_label",
    "message",
    "error_message",
}
SOURCES = sorted(
    path
    for app in ("opm", "registration", "training", "evaluation")
    for path in (ROOT / app).rglob("*.py")
    if not {"migrations", "management"} & set(path.parts)
)


def plain_texts(path):
    """Literal texts that are told to a person as they stand, with their lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        is_log = name in LEVELS and getattr(getattr(node.func, "value", None), "id", "") != "messages"
        told = [*node.args] if name in TOLD and not is_log else []
        told += [keyword.value for keyword in node.keywords if keyword.arg in NAMED]
        for value in told:
            text = (
                "".join(
                    part.value
                    for part in ast.walk(value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
                if isinstance(value, (ast.Constant, ast.JoinedStr))
                else ""
            )
            if WORD.search(re.sub(r"<[^>]*>|\{[^}]*\}", " ", text)):
                yield value.lineno, text


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in SOURCES])
def test_what_python_tells_a_person_can_be_translated(path):
    assert list(plain_texts(path)) == []


def test_the_check_sees_what_is_left_out(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '{% load i18n %}<p title="Told">{% translate "Seen" %} and <b>{{ more }}</b></p><kbd>Alt</kbd>'
        '{% include "a.html" with title="So many" kind="small" %}{{ x|default:"None" }}'
        "{% blocktranslate %}All{% endblocktranslate %}"
    )
    assert untranslated(page) == ["Told", "and", "So many", "None"]
    source = tmp_path / "source.py"
    source.write_text(
        'messages.success(request, f"Saved {n}")\nForm(label=_("Name"), help_text="Help")\nformat_html("<b>{}</b>", x)\n'
    )
    assert list(plain_texts(source)) == [(1, "Saved "), (2, "Help")]
