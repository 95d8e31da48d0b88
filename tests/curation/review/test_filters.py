"""Filters of a list: what an address says, and which images pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit
from curation.review.filters import BY_VERDICT, KINDS, WHOLE, Filters, format_filters, parse_filters, passing
from curation.review.judged import NOBODY, Judged, judged_images
from curation.workspace.folders import Workspace

HUNDREDTHS = st.integers(0, 100).map(lambda n: n / 100)
FILTERS = st.builds(
    Filters,
    kind=st.sampled_from(("", *KINDS)),
    verdict=st.sampled_from(("", *BY_VERDICT)),
    file=st.text("abc/._ 0123-ä", max_size=30).map(str.strip),
    quality=st.tuples(HUNDREDTHS, HUNDREDTHS).map(lambda ends: (min(ends), max(ends))),
)


@given(FILTERS)
def test_an_address_opens_the_same_list(filters: Filters) -> None:
    address = {name: value for name, value in format_filters(filters).items() if value}
    assert parse_filters(address) == (filters, [])


def test_no_filter_leaves_the_address_empty() -> None:
    assert set(format_filters(Filters()).values()) == {""}
    assert parse_filters({}) == (Filters(), [])
    assert parse_filters({"dataset": "scenes", "kind": "", "quality": ""}) == (Filters(), [])
    assert Filters().words == ""
    assert Filters("ambiguous", "judged", "sea", (0, 0.3)).words == "ambiguous, judged, “sea”, quality 0.00 to 0.30"


@pytest.mark.parametrize(
    "text",
    ["0.3", "-", "0.3-", "-0.3", "0.3-0.1", "0-1.1", "-0.1-0.2", "nan-1", "0-inf", "0,1-0,2", "0-0.2-0.3"],
)
def test_a_range_that_is_none_filters_nothing_and_says_so(text: str) -> None:
    filters, problems = parse_filters({"quality": text})
    assert filters.quality == WHOLE
    assert problems == [f"quality={text} is not a range of label quality; write two numbers of 0 to 1, as 0-0.30."]


def test_names_that_are_none_are_named_with_the_nearest() -> None:
    filters, problems = parse_filters({"kind": "wrng", "verdict": "KEEP", "quality": "0-0.30"})
    assert filters == Filters(quality=(0.0, 0.3))
    assert "no kind of trouble 'wrng'; did you mean 'wrong'?" in problems[0]
    assert "no verdict to filter by 'KEEP'" in problems[1]


def test_a_file_name_has_an_end_and_no_lines() -> None:
    assert parse_filters({"file": "  a\nb\x00c  "})[0].file == "abc"
    assert len(parse_filters({"file": "x" * 5000})[0].file) == 200


def test_which_images_pass(workspace: Workspace, audit: Audit) -> None:
    def left(filters: Filters, judged: Judged = NOBODY) -> list[str]:
        return [str(image_id) for image_id in audit.rows.image_ids[passing(filters, audit, judged)]]

    assert len(left(Filters())) == 30
    assert left(Filters(file="SEA/0.")) == ["test/sea/0.png", "train/sea/0.png"]
    worst = round(float(audit.consensus.label_quality.min()), 2)
    assert left(Filters(quality=(0, worst))) == ["test/sea/0.png"]
    kinds = audit.findings.kinds.names()
    assert len(left(Filters(kind="wrong"))) == kinds.count("wrong") > 0
    assert len(left(Filters(verdict="not judged yet"))) == 30
    assert left(Filters(verdict="judged")) == []
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ana", "test/sea/1.png", "keep"), Decision("ben", "test/sea/1.png", "none-of-these"))
    with ledger.reading() as state:
        judged = judged_images(state)
    assert left(Filters(verdict="relabel"), judged) == ["test/sea/0.png"]
    assert left(Filters(verdict="keep"), judged) == left(Filters(verdict="none-of-these"), judged) == ["test/sea/1.png"]
    assert left(Filters(verdict="reviewers disagree"), judged) == ["test/sea/1.png"]
    assert left(Filters(verdict="judged"), judged) == ["test/sea/0.png", "test/sea/1.png"]
    assert len(left(Filters(verdict="not judged yet"), judged)) == 28
    assert left(Filters(verdict="judged", file="sea/0"), judged) == ["test/sea/0.png"]  # all of them at once


def test_which_filters_reach_labels_that_nobody_suspects() -> None:
    assert [Filters(verdict=verdict).among_all for verdict in ("", "not judged yet", "judged", "keep")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert Filters(kind="hard but right").among_all
    assert Filters(file="sea").among_all
    assert not Filters(quality=(0, 0.2)).among_all


def test_each_verdict_of_an_image_and_the_settlement_last(workspace: Workspace, audit: Audit) -> None:
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ben", "test/sea/1.png", "none-of-these"), Decision("ana", "test/sea/1.png", "keep"))
    ledger.decide(Decision("cleo", "test/sea/1.png", "keep", adjudicates=True))
    with ledger.reading() as state:
        judged = judged_images(state)
    said = [(verdict.reviewer, verdict.decision) for verdict in judged.of("test/sea/1.png")]
    assert said == [("ana", "keep"), ("ben", "none-of-these"), ("cleo", "keep")]
    assert not judged.disputed
    assert judged.of("test/sea/2.png") == ()
