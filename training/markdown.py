"""Markdown to HTML, as the course's authors may write it: no raw HTML, citations as [@key], three kinds of blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.container import container_plugin

CITATION = re.compile(r"\[(@[a-z0-9-]+(?:;\s*@[a-z0-9-]+)*)\]")
BLOCKS = ("aside", "key", "quote")


@cache
def parser() -> MarkdownIt:
    """The course's Markdown. `env["cite"]` turns a reference key into its number on the page."""
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": True})
    markdown.enable(["table", "smartquotes", "replacements"])
    markdown.inline.ruler.before("link", "citation", _citation)
    markdown.add_render_rule("citation", _render_citation)
    for name in BLOCKS:
        markdown.use(container_plugin, name=name, render=_container(name))
    markdown.add_render_rule("table_open", _render_table_open)
    markdown.add_render_rule("table_close", _render_table_close)
    return markdown


def render_inline(text: str) -> SafeString:
    """Short text of an activity: paragraphs and emphasis, no citations."""
    return mark_safe(parser().render(text, {"cite": None}))


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
    cite: Callable[[str], int] | None = env["cite"]
    if cite is None:
        return ""
    links = [
        f'<a href="#ref-{number}" aria-label="Reference {number}">{number}</a>'
        for number in map(cite, tokens[place].meta["keys"])
    ]
    return f'<sup class="cite">{", ".join(links)}</sup>'


def _container(name: str) -> Callable[..., str]:
    def render(
        renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
    ) -> str:
        token = tokens[place]
        said = token.info.strip().removeprefix(name).strip()
        if name == "quote":
            caption = f"<figcaption>{escape(said)}</figcaption>" if said else ""
            return (
                '<figure class="quote"><blockquote>\n'
                if token.nesting == 1
                else f"</blockquote>{_closing_caption(tokens, place) or caption}</figure>\n"
            )
        if token.nesting == -1:
            return "</div>\n"
        title = said or ("Key idea" if name == "key" else "")
        heading = f'<p class="block-title">{escape(title)}</p>' if title else ""
        return f'<div class="block {name}">{heading}\n'

    return render


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
    return '<div class="table-wrap" role="region" aria-label="Table" tabindex="0"><table>\n'


def _render_table_close(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    return "</table></div>\n"
