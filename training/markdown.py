"""Markdown to HTML, as the course's authors may write it: no raw HTML, citations as [@key], terms of the glossary as
[[term]], four kinds of blocks. Every top-level block has an address, `p-1`, `p-2` and so on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.container import container_plugin

CITATION = re.compile(r"\[(@[a-z0-9-]+(?:;\s*@[a-z0-9-]+)*)\]")
TERM = re.compile(r"\[\[([^\[\]|\\]+)(?:\\?\|([^\[\]|]+))?\]\]")
LINK = re.compile(r"\]\((page|tool|plan):([a-z0-9-]*)\)")
BLANK = re.compile(r"_{4,}")
BLANK_WIDTHS = {"short": 6, "middle": 14, "long": 28, "wide": 1000}
BLOCKS = ("aside", "key", "quote", "example")
FEWEST_LINES, MOST_LINES = 1, 12


@cache
def parser() -> MarkdownIt:
    """The course's Markdown.

    `env["cite"]` turns a reference's key into its number on the page, `env["define"]` a term into its definition and the
    number of its place on the page; without them citations fall away, and of terms the words stay.
    """
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": True})
    markdown.enable(["table", "smartquotes", "replacements"])
    markdown.inline.ruler.before("link", "citation", _citation)
    markdown.inline.ruler.before("link", "term", _term)
    markdown.inline.ruler.before("emphasis", "blank", _blank)
    markdown.add_render_rule("blank", _render_blank)
    markdown.add_render_rule("citation", _render_citation)
    markdown.add_render_rule("term", _render_term)
    for name in BLOCKS:
        markdown.use(container_plugin, name=name, render=_container(name))
    markdown.use(container_plugin, name="lines", render=_render_lines)
    markdown.use(container_plugin, name="resources", render=_render_resources)
    markdown.add_render_rule("table_open", _render_table_open)
    markdown.add_render_rule("table_close", _render_table_close)
    return markdown


def number_blocks(tokens: Sequence[Token]) -> None:
    """Give top-level blocks their addresses, so that one can come back to a paragraph. Fenced blocks have ids."""
    blocks = [token for token in tokens if token.level == 0 and token.nesting == 1]
    for number, token in enumerate(blocks, start=1):
        token.attrSet("id", f"p-{number}")


@lru_cache(maxsize=8192)
def render_inline(text: str) -> SafeString:
    """Short text of an activity: paragraphs and emphasis, no citations, no terms."""
    return mark_safe(parser().render(text, {}))


def render_words(text: str) -> SafeString:
    """A sentence with its emphasis, and no paragraph around it."""
    return mark_safe(parser().renderInline(text, {}))


def _citation(state: StateInline, silent: bool) -> bool:
    match = CITATION.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        # The number stands at the word it belongs to, whether or not the author left a space
        state.pending = state.pending.rstrip()
        token = state.push("citation", "", 0)
        token.meta = {"keys": [key.strip()[1:] for key in match.group(1).split(";")]}
    state.pos = match.end()
    return True


def _render_citation(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    cite: Callable[[str], int] | None = env.get("cite")
    if cite is None:
        return ""
    label = escape(_("Reference %(number)s"))
    links = [
        f'<a href="#ref-{number}" aria-label="{label % {"number": number}}">{number}</a>'
        for number in map(cite, tokens[place].meta["keys"])
    ]
    return f'<sup class="cite">{", ".join(links)}</sup>'


def _term(state: StateInline, silent: bool) -> bool:
    match = TERM.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("term", "", 0)
        token.content = match[1].strip().replace("'", "’")
        token.meta = {"term": (match[2] or match[1]).strip()}
    state.pos = match.end()
    return True


def _render_term(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    """A button that opens the definition beside it: the browser does it, without JavaScript."""
    shown = escape(tokens[place].content)
    define: Callable[[str], tuple[int, str, str] | None] | None = env.get("define")
    found = define(tokens[place].meta["term"]) if define else None
    if found is None:
        return shown
    number, term, definition = found
    return (
        f'<button type="button" class="term" popovertarget="term-{number}">{shown}</button>'
        f'<span class="definition" popover id="term-{number}"><strong>{escape(term)}</strong> '
        f"{escape(definition)}</span>"
    )


def _blank(state: StateInline, silent: bool) -> bool:
    match = BLANK.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        state.push("blank", "", 0).meta = {"length": len(match[0])}
    state.pos = match.end()
    return True


def _render_blank(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    """A place to fill in by hand, in one of four widths. Read aloud as a word and not as so many underscores."""
    length = tokens[place].meta["length"]
    width = next(name for name, most in BLANK_WIDTHS.items() if length <= most)
    return f'<span class="blank {width}" role="img" aria-label="{escape(_("blank"))}"></span>'


def _address(token: Token) -> str:
    address = token.attrGet("id")
    return f' id="{address}"' if address else ""


def _container(name: str) -> Callable[..., str]:
    def render(
        renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
    ) -> str:
        token = tokens[place]
        said = token.info.strip().removeprefix(name).strip()
        if name == "quote":
            caption = f"<figcaption>{escape(said)}</figcaption>" if said else ""
            return (
                f'<figure class="quote"{_address(token)}><blockquote>\n'
                if token.nesting == 1
                else f"</blockquote>{_closing_caption(tokens, place) or caption}</figure>\n"
            )
        if token.nesting == -1:
            return "</div>\n"
        title = said or (_("Key idea") if name == "key" else "")
        if name == "example":  # what follows its name is its id, by which another edition can replace it
            title = _("For example")
        heading = f'<p class="block-title">{escape(title)}</p>' if title else ""
        return f'<div class="block {name}"{_address(token)}>{heading}\n'

    return render


def _render_lines(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    """Lines to write on, for what is printed: `::: lines 4`."""
    if tokens[place].nesting == -1:
        return "</div>\n"
    lines = '<span class="line"></span>' * said_number(tokens[place])
    label = escape(_("Room to write"))
    return f'<div class="lines"{_address(tokens[place])} role="img" aria-label="{label}">{lines}'


def said_number(token: Token) -> int:
    """How many lines `::: lines 4` asks for; 0 where it does not say, or not sensibly."""
    said = token.info.strip().removeprefix("lines").strip()
    return int(said) if said.isascii() and said.isdigit() and FEWEST_LINES <= int(said) <= MOST_LINES else 0


def _render_resources(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    """The curated resources for a need or a section: `::: resources begin`. `env["resources"]` draws them."""
    if tokens[place].nesting == -1:
        return ""
    draw: Callable[[str], str] | None = env.get("resources")
    return draw(tokens[place].info.strip().removeprefix("resources").strip()) if draw else ""


def _closing_caption(tokens: Sequence[Token], place: int) -> str:
    """Who says a quote is written behind its opening; HTML wants it at the end."""
    depth = 0
    for token in reversed(tokens[: place + 1]):
        if token.type == tokens[place].type:
            depth += 1
        elif token.type == tokens[place].type.replace("_close", "_open"):
            depth -= 1
            if depth == 0:
                said = token.info.strip().removeprefix("quote").strip()
                return f"<figcaption>{escape(said)}</figcaption>" if said else ""
    return ""


def _render_table_open(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    # A wide table scrolls by itself; the tab stop lets keyboard users scroll it
    address, label = _address(tokens[place]), escape(_("Table"))
    return f'<div class="table-wrap" role="region" aria-label="{label}" tabindex="0"{address}><table>\n'


def _render_table_close(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    return "</table></div>\n"
