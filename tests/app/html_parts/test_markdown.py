"""Names in Markdown, checked by a Markdown parser: what is read back is what was given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.html_parts.markdown import code, command, plain, sentence

NAMES = ["my*photos*", "a_b_c", "`ls`", "<b>bold</b>", "[x](y)", "# head", "- item", "1. first", "$a$ and $b$", "a|b"]


def read(markdown: str) -> str:
    """Return the text that a reader sees, code in brackets; fail on any other mark."""
    tokens = MarkdownIt("commonmark").enable("strikethrough").parseInline(markdown)[0].children or []
    assert {token.type for token in tokens} <= {"text", "text_special", "code_inline"}, markdown
    return "".join(f"⟦{token.content}⟧" if token.type == "code_inline" else token.content for token in tokens)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_shown_as_they_are(name: str) -> None:
    assert read(plain(name)) == name
    assert read(code(name)) == f"⟦{name}⟧"
    block = MarkdownIt("commonmark").parse(plain(name))
    assert [token.type for token in block] == ["paragraph_open", "inline", "paragraph_close"]


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1).filter(lambda text: text.strip()))
def test_any_name(name: str) -> None:
    assert read(plain(name.strip())).replace("\u2060", "") == name.strip()
    assert read(plain(f"x{name}x")).replace("\u2060", "") == f"x{name}x"


def test_streamlits_own_marks() -> None:
    assert plain(":smile:") == "\\:\u2060smile:"
    assert plain(":material/add:").startswith("\\:\u2060material/")
    assert plain(":red[x]") == "\\:red\\[x\\]"
    assert plain("a\nb") == "a b"


def test_only_commands_of_a_message_are_code() -> None:
    assert read(sentence("no `cat*`; run `errata fetch a*b`")) == "no `cat*`; run ⟦errata fetch a*b⟧"


def test_commands_are_quoted() -> None:
    assert command("errata", "audit", "/my photos/a`b") == "`` errata audit '/my photos/a`b' ``"
    assert command("errata", "audit", "scenes") == "`errata audit scenes`"


def test_no_name_is_a_picture_or_a_link() -> None:
    assert read(plain("![x](https://evil.example/a.png)")).startswith("![x](https:")
    assert plain("https://evil.example/") == "https\\:\u2060//evil.example/"  # no link, though it looks the same
    assert plain("www.evil.example") == "www\u2060.evil.example"
    assert "\u202e" not in plain("a\u202egnp.exe")
    assert "\x1b" not in code("a\x1b[2J")
