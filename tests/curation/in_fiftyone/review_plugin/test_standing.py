"""Names in the lines of FiftyOne's panel."""

from curation.in_fiftyone.review_plugin.standing import plain


def test_a_name_is_no_markdown_and_turns_no_letters() -> None:
    assert plain("ana [x](y)") == r"ana \[x\]\(y\)"
    assert plain("ana\u202e") == r"ana\\u202e"  # Markdown shows one backslash
