"""Before the app: only its own pages and links to its start page are answered, under names of this machine."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.frame.served_pictures import picture_routes
from curation.serving.front import Front
from curation.serving.origins import Origins
from curation.serving.proxy import path_of
from models.errors import ErrataError

OWN = {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"}
LINK = {"host": "127.0.0.1:8501", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}


async def _says_yes(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"data"})


def ask(
    path: str, headers: dict[str, str] | list[tuple[str, str]], method: str = "GET", kind: str = "http", at: str = ""
) -> list[Message]:
    pairs = headers.items() if isinstance(headers, dict) else headers
    scope: Scope = {
        "type": kind, "method": method, "path": path, "query_string": b"", "server": (at or "127.0.0.1", 8501),
        "headers": [(name.encode(), value.encode()) for name, value in pairs],
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Front(_says_yes)(scope, receive, send))
    return sent


def status(*args: Any, **kwargs: Any) -> int:
    answer = ask(*args, **kwargs)[0]
    return {"websocket.accept": 101, "websocket.close": 403}.get(answer["type"]) or int(answer["status"])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:8501", 200), ("localhost:8501", 200), ("rebound.example:8501", 421), ("127.0.0.1:8502", 421),
        ("localhost.rebound.example:8501", 421), ("127.0.0.1", 421), ("", 421), ("0.0.0.0:8501", 421),
        ("192.168.1.5:8501", 421), ("LOCALHOST:8501", 421), ("localhost:8501@rebound.example", 421),
    ],
)  # fmt: skip
def test_a_foreign_name_reaches_nothing(host: str, expected: int) -> None:
    for path in ("/", "/_stcore/host-config", "/picture"):
        assert status(path, {"host": host}) == expected
    assert status("/_stcore/stream", {"host": host, "origin": f"http://{host}"}, kind="websocket") == (
        101 if expected == 200 else 403
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (OWN, 101),
        ({**OWN, "sec-fetch-site": "same-origin"}, 101),
        ({"host": OWN["host"]}, 403),
        ({**OWN, "origin": "http://localhost:8501"}, 403),
        ({**OWN, "origin": "http://127.0.0.1:8888"}, 403),  # another program of this machine, as a notebook
        ({**OWN, "origin": "null"}, 403),
        ({**OWN, "origin": "http://evil.example"}, 403),
        ([*OWN.items(), ("Origin", "http://evil.example")], 403),
        ([*OWN.items(), ("Host", "evil.example")], 403),
    ],
)
def test_websockets_are_for_our_own_page(headers: Any, expected: int) -> None:
    assert status("/_stcore/stream", headers, kind="websocket") == expected


def test_links_lead_to_the_start_page_only() -> None:
    for kind in ("document", "iframe"):
        assert status("/", {**LINK, "sec-fetch-dest": kind}) == 200
        for path in ("/picture", "/media/1.csv", "/_stcore/stream", "/_stcore/host-config"):
            assert status(path, {**LINK, "sec-fetch-dest": kind}) == 403
    assert status("/", {"host": OWN["host"], "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}) == 403
    assert status("/_stcore/upload_file/1", {"host": OWN["host"]}, method="PUT") == 403
    assert status("/_stcore/upload_file/1", OWN, method="PUT") == 200


def test_pages_fetch_from_this_machine_and_nobody_else_frames_them() -> None:
    headers = {name.decode(): value.decode() for name, value in ask("/", OWN)[0]["headers"]}
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
    assert rules["connect-src"] == "'self' ws://127.0.0.1:8501 wss://127.0.0.1:8501 data: blob:"
    assert rules["frame-ancestors"] == "'self'"
    assert rules["frame-src"] == "'self' data: blob: http://127.0.0.1:* http://localhost:*"
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")


def test_who_binds_elsewhere_uses_the_number_or_names_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert status("/", {"host": "192.168.1.5:8501"}, at="192.168.1.5") == 200
    assert status("/", {"host": "[fd00::5]:8501"}, at="fd00::5") == 200
    refusal = ask("/", {"host": "lab.example"})[1]["body"].decode()
    assert "only as http://127.0.0.1:8501, http://localhost:8501" in refusal
    assert "ERRATA_APP_ADDRESS" in refusal
    monkeypatch.setenv("ERRATA_APP_ADDRESS", "https://lab.example/errata/")
    proxied = {"host": "lab.example", "origin": "https://lab.example"}
    assert status("/errata/_stcore/stream", proxied, kind="websocket") == 101
    assert status("/_stcore/stream", {**proxied, "origin": "http://lab.example"}, kind="websocket") == 403
    assert status("/errata/", {**LINK, "host": "lab.example", "sec-fetch-dest": "document"}) == 200
    assert status("/", {"host": "other.example"}) == 421


@pytest.mark.parametrize(
    "address", ["lab.example", "ftp://lab.example", "https://a b", "https://lab.example/?x", "https://*"]
)
def test_an_address_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ERRATA_APP_ADDRESS", address)
    with pytest.raises(ErrataError, match=r"ERRATA_APP_ADDRESS is .* no address like https://"):
        Front(_says_yes)


def test_pictures_lie_beside_the_page() -> None:
    assert [route.path for route in picture_routes()] == ["/picture"]
    assert [route.path for route in picture_routes(path_of("https://lab.example/errata"))] == [
        "/picture",
        "/errata/picture",
    ]
    assert path_of("https://errata.example") == path_of("") == ""


def test_the_names_of_a_server() -> None:
    assert Origins.of(1).by_host == {"127.0.0.1:1": "http://127.0.0.1:1", "localhost:1": "http://localhost:1"}
    assert Origins.of(1, "https://a.example:2/b").by_host["a.example:2"] == "https://a.example:2"
