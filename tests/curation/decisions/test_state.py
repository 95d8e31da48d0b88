"""Which verdicts are in force: undo, redo, several reviewers, adjudication."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.decision import Decision, Entry, Reversal
from curation.decisions.state import State, replay
from tests.helpers.log_writer import some_decision


class Book:
    """Entries as a log would hold them, without the disk."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, entry: Any) -> Any:
        number = len(self.entries) + 1
        self.entries.append(replace(entry, id=f"{number:04d}", sequence=number, time="2026-01-31T12:00:00.000000Z"))
        return self.entries[-1]

    def decide(self, image: int, verdict: str = "relabel", *labels: str, **more: Any) -> Decision:
        decision = self.add(some_decision(image, verdict, *labels, **more))
        assert isinstance(decision, Decision)
        return decision

    def undo(self, reviewer: str = "ana") -> list[Decision]:
        step = self.state().undoable(reviewer)
        for decision in step:
            self.add(Reversal("undo", decision.id, reviewer))
        return step

    def redo(self, reviewer: str = "ana") -> list[Decision]:
        step = self.state().redoable(reviewer)
        for decision in step:
            self.add(Reversal("redo", decision.id, reviewer))
        return step

    def state(self) -> State:
        return replay(self.entries)


@pytest.fixture
def book() -> Book:
    return Book()


def in_force(state: State) -> dict[str, Any]:
    """Return all that a caller can see of the verdicts."""
    verdicts = {
        image: (state.verdicts(image), state.adjudication(image), state.verdict(image)) for image in state.images()
    }
    return {"images": verdicts, "counts": state.counts(), "reviewers": state.reviewers()}


def test_the_latest_of_a_reviewer_wins(book: Book) -> None:
    first, second = book.decide(1, "keep"), book.decide(1, "exclude")
    other = book.decide(2, "unsure")
    state = book.state()
    assert state.images() == ["1.png", "2.png"]
    assert state.verdicts("1.png") == {"ana": second}
    assert state.verdict("2.png") == other
    assert state.counts() == {"exclude": 1, "unsure": 1}
    assert [state.in_force(decision.id) for decision in (first, second, other)] == [False, True, True]
    assert not state.undone(first.id)
    assert state.verdicts("3.png") == {}
    assert state.verdict("3.png") is None
    assert not state.disputed("3.png")


def test_undo_and_redo_without_limit(book: Book) -> None:
    states = [in_force(book.state())]
    for image, verdict in ((1, "keep"), (2, "exclude"), (1, "unsure"), (1, "relabel")):
        book.decide(image, verdict)
        states.append(in_force(book.state()))
    for expected in states[-2::-1]:
        book.undo()
        assert in_force(book.state()) == expected
    assert book.undo() == []
    for expected in states[1:]:
        book.redo()
        assert in_force(book.state()) == expected
    assert book.redo() == []


def test_a_new_decision_ends_what_could_be_redone(book: Book) -> None:
    book.decide(1)
    book.undo()
    assert len(book.state().redoable("ana")) == 1
    kept = book.decide(2, "keep")
    assert book.state().redoable("ana") == []
    assert book.state().undoable("ana") == [kept]


def test_nobody_undoes_anothers(book: Book) -> None:
    mine, hers = book.decide(1), book.decide(1, "keep", reviewer="ben")
    assert book.undo("ana") == [mine]
    assert book.state().verdicts("1.png") == {"ben": hers}
    book.decide(3, reviewer="ben")  # nor does his deciding keep her from redoing
    assert book.redo("ana") == [mine]
    stolen = book.add(Reversal("undo", hers.id, "ana"))
    assert book.state().ignored == [stolen]
    assert book.state().verdicts("1.png") == {"ana": mine, "ben": hers}


def test_reversals_of_nothing_are_ignored_and_told(book: Book) -> None:
    decision = book.decide(1)
    early_redo = book.add(Reversal("redo", decision.id, "ana"))
    undo, again = (book.add(Reversal("undo", decision.id, "ana")) for _ in range(2))
    unknown = book.add(Reversal("undo", "ffff", "ana"))
    state = book.state()
    assert state.ignored == [early_redo, again, unknown]
    assert state.undone(decision.id)
    assert undo not in state.ignored
    assert not state.undone("ffff")
    assert not state.in_force("ffff")
    assert state.decision("ffff") is None


def test_a_batch_is_undone_at_once(book: Book) -> None:
    alone = book.decide(0)
    batch = [book.decide(image, batch="b") for image in (1, 2, 3)]
    assert book.undo() == batch[::-1]
    assert book.state().images() == ["0.png"]
    assert book.redo() == batch
    assert book.state().undoable("ana") == batch[::-1]
    assert (book.undo(), book.undo()) == (batch[::-1], [alone])
    assert (book.redo(), book.redo()) == ([alone], batch)


def test_what_reviewers_agree_on(book: Book) -> None:
    book.decide(1, "keep")
    assert (got := book.state().verdict("1.png")) is not None
    assert got.reviewer == "ana"
    book.decide(1, "unsure", reviewer="ben")
    assert (got := book.state().verdict("1.png")) is not None
    assert got.decision == "keep"  # who is unsure does not disagree
    book.decide(1, "relabel", "sea", reviewer="cleo", label="forest")  # says the same
    assert not book.state().disputed("1.png")
    book.decide(1, "ambiguous", "sea", "forest", reviewer="dan")
    assert book.state().verdict("1.png") is None
    assert book.state().disputed("1.png")
    settled = book.decide(1, "exclude", reviewer="eve", adjudicates=True)
    state = book.state()
    assert state.verdict("1.png") == state.adjudication("1.png") == settled
    assert not state.disputed("1.png")
    assert "eve" not in state.verdicts("1.png")
    assert state.counts() == {"keep": 1, "unsure": 1, "relabel": 1, "ambiguous": 1, "exclude": 1}
    assert state.counts("eve") == {"exclude": 1}
    book.decide(1, "keep", reviewer="dan")  # a later verdict does not unsettle it
    assert book.state().verdict("1.png") == settled
    book.undo("eve")
    assert (got := book.state().verdict("1.png")) is not None
    assert got.decision in ("keep", "relabel")


def test_only_unsure_is_unsure(book: Book) -> None:
    book.decide(1, "unsure")
    last = book.decide(1, "unsure", reviewer="ben")
    assert book.state().verdict("1.png") == last
    assert not book.state().disputed("1.png")


def test_an_adjudication_that_is_redone_goes_back_under_later_ones(book: Book) -> None:
    book.decide(1, "keep", adjudicates=True)
    later = book.decide(1, "exclude", reviewer="ben", adjudicates=True)
    book.undo("ana")
    book.redo("ana")
    assert book.state().verdict("1.png") == later


def test_moved_and_missing_images(book: Book) -> None:
    moved, gone = book.decide(1), book.decide(2)
    state = replay(book.entries, ["else/1.png"], [moved.sha256])
    assert state.images() == ["else/1.png"]
    assert state.verdict("else/1.png") == moved
    assert state.image_of(gone) is None
    assert state.missing() == [gone]
    assert not state.in_force(gone.id)
    assert state.reviewers() == ["ana"]
    assert state.counts() == {"relabel": 1}
    book.undo()
    assert replay(book.entries, ["else/1.png"], [moved.sha256]).missing() == []


def test_the_verdict_on_a_copy_that_was_removed_does_not_overrule_that_on_the_one_that_stayed(book: Book) -> None:
    """The duplicate in the wrong folder was excluded, after the right one was kept, and then deleted."""
    kept = book.decide(1, "keep")
    excluded = book.add(replace(some_decision("copy.png", "exclude"), sha256=kept.sha256))
    state = replay(book.entries, ["1.png"], [kept.sha256])
    assert state.verdicts("1.png") == {"ana": kept}
    assert not state.in_force(excluded.id)
    book.undo()
    book.redo()
    assert replay(book.entries, ["1.png"], [kept.sha256]).verdicts("1.png") == {"ana": kept}


def test_a_renamed_image_judged_by_others_before_and_after(book: Book) -> None:
    before = book.decide(1, "keep")
    after = book.add(replace(some_decision("new.png", "exclude", reviewer="ben"), sha256=before.sha256))
    assert replay(book.entries, ["new.png"], [before.sha256]).verdicts("new.png") == {"ana": before, "ben": after}


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["keep", "exclude", "settle", "undo", "redo"]), st.integers(0, 2), st.sampled_from("ab")),
    max_size=25,
)


class Model:
    """The same, most simply: two stacks a reviewer; what counts is what comes last among all that was not undone."""

    def __init__(self) -> None:
        self.done: dict[str, list[Decision]] = {"a": [], "b": []}
        self.undone: dict[str, list[Decision]] = {"a": [], "b": []}

    def act(self, action: str, image: int, who: str, book: Book) -> None:
        if action == "undo":
            book.undo(who)
            if self.done[who]:
                self.undone[who].append(self.done[who].pop())
        elif action == "redo":
            book.redo(who)
            if self.undone[who]:
                self.done[who].append(self.undone[who].pop())
        else:
            verdict = "unsure" if action == "settle" else action
            self.done[who].append(book.decide(image, verdict, reviewer=who, adjudicates=action == "settle"))
            self.undone[who] = []

    def in_force(self) -> dict[str, tuple[dict[str, Decision], Decision | None]]:
        every = sorted((one for own in self.done.values() for one in own), key=lambda one: one.sequence)
        return {
            image: (
                {one.reviewer: one for one in every if one.image_id == image and not one.adjudicates},
                next((one for one in reversed(every) if one.image_id == image and one.adjudicates), None),
            )
            for image in {one.image_id for one in every}
        }


@given(ACTIONS)
def test_it_does_what_the_model_does(actions: list[tuple[str, int, str]]) -> None:
    book, model = Book(), Model()
    for action in actions:
        model.act(*action, book)
    state = book.state()
    assert {image: (state.verdicts(image), state.adjudication(image)) for image in state.images()} == model.in_force()
    assert state.ignored == []
    for who in "ab":
        assert state.undoable(who) == model.done[who][-1:]
        assert state.redoable(who) == model.undone[who][-1:]


@given(ACTIONS, st.sampled_from(["keep", "exclude", "settle"]), st.integers(1, 3))
def test_undo_is_the_identity_and_redo_too(actions: list[tuple[str, int, str]], verdict: str, size: int) -> None:
    book, model = Book(), Model()
    for action in actions:
        model.act(*action, book)
    before = in_force(book.state())
    for image in range(size):
        kind = "unsure" if verdict == "settle" else verdict
        book.decide(image, kind, reviewer="a", adjudicates=verdict == "settle", batch="b" if size > 1 else "")
    after = in_force(book.state())
    book.undo("a")
    assert in_force(book.state()) == before
    book.redo("a")
    assert in_force(book.state()) == after


@given(ACTIONS, st.randoms())
def test_the_order_of_lines_does_not_matter_nor_do_repeats(actions: list[tuple[str, int, str]], randomly: Any) -> None:
    book, model = Book(), Model()
    for action in actions:
        model.act(*action, book)
    shuffled = book.entries + book.entries[:3]
    randomly.shuffle(shuffled)
    assert in_force(replay(shuffled)) == in_force(book.state())


def test_of_many_lines_the_latest_of_each_reviewer_counts(book: Book) -> None:
    for image in range(2_000):
        book.decide(image % 500, reviewer=f"r{image % 3}")
    assert sum(book.state().counts().values()) == 1_500
