"""What is remembered within a request, and only there."""

import asyncio
from collections import OrderedDict
from typing import Any

from curation.in_fiftyone.middleware.app_caches import ContextThreads, FieldsOnce, once_a_request


class Owner:
    """Counts how often it is asked."""

    asked = 0

    def schema(self, *given: Any, **named: Any) -> OrderedDict[str, Any]:
        self.asked += 1
        return OrderedDict(given=given, named=named)


def within(path: str, task: Any) -> None:
    """Run a task as the answer to a request."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(ContextThreads(), task)  # as FiftyOne reads its datasets

    asyncio.run(FieldsOnce(answer)({"type": "http", "path": path}, None, None))  # type: ignore[arg-type]


def test_once_in_a_request_that_reads_and_each_time_elsewhere() -> None:
    remembered = once_a_request(Owner.schema)
    for path, times in (("/graphql", 1), ("/operators/resolve-placements", 1), ("/operators/execute", 3)):
        owner = Owner()
        within(path, lambda owner=owner: [remembered(owner, "a") for _ in range(3)])
        assert owner.asked == times
    owner = Owner()
    for _ in range(3):
        remembered(owner, "a")
    assert owner.asked == 3


def test_the_next_request_asks_again() -> None:
    remembered, owner = once_a_request(Owner.schema), Owner()
    for _ in range(3):
        within("/graphql", lambda: remembered(owner))
    assert owner.asked == 3


def test_other_arguments_and_owners_have_answers_of_their_own() -> None:
    remembered = once_a_request(Owner.schema)

    def ask() -> None:
        first, second = Owner(), Owner()
        assert remembered(first, "a")["given"] == ("a",)
        assert remembered(first, "b", leaf=True) == {"given": ("b",), "named": {"leaf": True}}
        remembered(second, "a")
        assert (first.asked, second.asked) == (2, 1)
        remembered(first, ["no key"])
        remembered(first, ["no key"])
        assert first.asked == 4

    within("/graphql", ask)


def test_who_changes_a_copy_changes_no_answer() -> None:
    remembered, owner = once_a_request(Owner.schema, copied=True), Owner()

    def ask() -> None:
        remembered(owner).clear()
        assert remembered(owner) == {"given": (), "named": {}}

    within("/graphql", ask)
    assert owner.asked == 1
