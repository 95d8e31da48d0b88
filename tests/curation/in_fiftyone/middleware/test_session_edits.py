"""Requests that edit a sample are followed by a decision; all others pass as they are."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from curation.in_fiftyone.middleware import session_edits
from curation.in_fiftyone.middleware.session_edits import SessionEdits
from curation.workspace.folders import Workspace

SAMPLE = "0" * 24
EDIT = f"/dataset/{'a' * 24}/sample/{SAMPLE}"


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The samples that were looked at for edits."""
    edited: list[list[str]] = []
    monkeypatch.setattr(SessionEdits, "_decide", lambda self, sample_ids: edited.append(sample_ids))
    return edited


def ask(
    method: str, path: str, status: int = 200, reviewer: str = "ana", kind: str = "http", body: bytes = b""
) -> list[Message]:
    answers: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": b"{}"})

    async def send(message: Message) -> None:
        answers.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    scope: dict[str, Any] = {"type": kind, "method": method, "path": path}
    asyncio.run(SessionEdits(app, Workspace(Path()), reviewer)(scope, receive, send))
    return answers


@pytest.mark.parametrize("path", [EDIT, f"{EDIT}/curated/{'b' * 24}"])
def test_an_edit_is_followed(decided: list[list[str]], path: str) -> None:
    assert [message["type"] for message in ask("PATCH", path)] == ["http.response.start", "http.response.body"]
    assert decided == [[SAMPLE]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"sample_ids": ["a", "b"]}', ["a", "b"]),
        (b'{"sample_ids": null}', []),  # all that the page shows
        (b"[]", []),
        (b'{"sample_ids": {"a": 1}}', []),
        (b"no JSON", []),
    ],
)
def test_tags_are_followed(decided: list[list[str]], body: bytes, expected: list[str]) -> None:
    ask("POST", "/tag", body=body)
    assert decided == [expected]


@pytest.mark.parametrize(
    ("method", "path", "status", "reviewer"),
    [
        ("GET", EDIT, 200, "ana"),
        ("PATCH", "/dataset/a/sample/b", 200, "ana"),
        ("PATCH", f"{EDIT[:-1]}x", 200, "ana"),
        ("PATCH", EDIT, 412, "ana"),  # refused: another one was faster
        ("PATCH", EDIT, 500, "ana"),
        ("PATCH", EDIT, 200, ""),  # nobody's App
        ("POST", "/tag", 200, ""),
        ("POST", "/tag", 500, "ana"),
        ("POST", "/tagging", 200, "ana"),
    ],
)
def test_anything_else_is_not(decided: list[list[str]], method: str, path: str, status: int, reviewer: str) -> None:
    assert len(ask(method, path, status, reviewer)) == 2
    assert decided == []


def test_what_fails_is_logged_and_the_answer_stands(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    from curation.in_fiftyone import desks
    from models.errors import ErrataError

    def fail(workspace: Workspace, sample_id: str) -> None:
        raise ErrataError("the log is gone")

    monkeypatch.setattr(desks, "desk_with", fail)
    assert len(ask("PATCH", EDIT)) == 2
    assert "an edit in FiftyOne is not a decision yet: the log is gone" in caplog.text
    assert session_edits.edited_sample({"type": "websocket", "path": EDIT}) is None
