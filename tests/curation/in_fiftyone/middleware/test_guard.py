"""The guard, alone, in front of an app that says yes to everything."""

import asyncio
import json
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from curation.in_fiftyone.middleware.guard import Guard

HOST = {"host": "127.0.0.1:5151"}
OWN = {**HOST, "origin": "http://127.0.0.1:5151"}
FRAME_ANCESTORS = "; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
Reply = tuple[int, dict[str, str], bytes]


async def says_yes(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the request's body, so that a test sees that the body came through."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"9")]})
    await send({"type": "http.response.body", "body": b"Trace", "more_body": True})
    await send({"type": "http.response.body", "body": b"back"})


def ask(
    path: str,
    headers: dict[str, str] | list[tuple[str, str]],
    *,
    method: str = "GET",
    root: Path = Path("/data"),
    chunks: tuple[bytes, ...] = (b"",),
    app: Any = says_yes,
    kind: str = "http",
) -> Reply:
    """Send one request, given as the browser writes it, through a guard on port 5151."""
    target, _, query = path.partition("?")
    pairs = headers.items() if isinstance(headers, dict) else headers
    scope: Scope = {
        "type": kind,
        "method": method,
        "path": urllib.parse.unquote(target),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in pairs],
    }
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Guard(app, 5151, [root])(scope, receive, send))
    if kind == "websocket":
        return (403 if sent[0]["type"] == "websocket.close" else 200), {}, b""
    body = b"".join(message["body"] for message in sent[1:])
    return sent[0]["status"], {key.decode(): value.decode() for key, value in sent[0]["headers"]}, body


def status(*args: Any, **kwargs: Any) -> int:
    return ask(*args, **kwargs)[0]


@pytest.mark.parametrize("host", ["127.0.0.1:5151", "localhost:5151"])
def test_own_hosts_are_answered(host: str) -> None:
    assert status("/", {"host": host}) == 200


@pytest.mark.parametrize("host", ["evil.example:5151", "127.0.0.1", "127.0.0.1:5152", "[::1]:5151", "", "0.0.0.0:5151"])
def test_other_hosts_are_not(host: str) -> None:
    assert status("/", {"host": host}) == 421


def test_no_host_and_two_hosts() -> None:
    assert status("/", {}) == 421
    assert status("/", [("host", "127.0.0.1:5151"), ("Host", "evil.example")]) == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 403),
        ({"origin": "http://127.0.0.1:5151"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://127.0.0.1:5151", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://127.0.0.1:5151", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://localhost:5151"}, 403),
        ({"origin": "http://127.0.0.1:8501", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://127.0.0.1:5151"}, 403),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, 403),
    ],
)
def test_writing_needs_our_own_page(method: str, headers: dict[str, str], expected: int) -> None:
    assert status("/tag", {**HOST, **headers}, method=method) == expected


NAVIGATES = {"sec-fetch-mode": "navigate"}
DATA = [
    "/aggregate",
    "/values",
    "/events",
    "/operators",
    "/plugins/a.js",
    "/dataset/1/sample/2",
    "/errata/news",
    "/media",
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("headers", "data", "page"),
    [
        ({}, 200, 200),
        ({"sec-fetch-site": "none", **NAVIGATES, "sec-fetch-dest": "document"}, 200, 200),
        ({"sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 200, 200),
        ({"sec-fetch-site": "cross-site", **NAVIGATES, "sec-fetch-dest": "document"}, 403, 200),
        ({"sec-fetch-site": "same-site", **NAVIGATES, "sec-fetch-dest": "iframe"}, 403, 200),
        ({"sec-fetch-site": "cross-site", **NAVIGATES, "sec-fetch-dest": "object"}, 403, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 403, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}, 403, 403),
        ({"origin": "http://evil.example"}, 403, 403),
        ({"origin": "http://evil.example", **NAVIGATES, "sec-fetch-dest": "document"}, 403, 403),
    ],
)
def test_data_is_for_our_pages_and_links_lead_to_pages(
    method: str, headers: dict[str, str], data: int, page: int
) -> None:
    assert {status(path, {**HOST, **headers}, method=method) for path in DATA[:-1]} == {data}
    pages = ("/", "/datasets/scenes?view=all", "/assets/index.js", "/favicon.ico")
    assert {status(path, {**HOST, **headers}, method=method) for path in pages} == {page}


@pytest.mark.parametrize(
    "path",
    ["/datasets", "/datasets/", "/datasets/a/aggregate", "/datasets%2fa%2f..", "//aggregate",
     "/datasets/..%2Faggregate", "/assets/../aggregate", "/Datasets/a", "/index.html", *DATA],
)  # fmt: skip
def test_links_lead_to_nothing_else(path: str) -> None:
    link = {"sec-fetch-site": "cross-site", **NAVIGATES, "sec-fetch-dest": "document"}
    assert status(path, {**HOST, **link}) in (403, 404)


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graph%71l"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_graphql_in_an_address_is_refused(method: str, path: str) -> None:
    for headers in ({}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
        assert status(f"{path}?query={{x}}", {**HOST, **headers}, method=method) == 403


RAW_STAGE = {"_cls": "fiftyone.core.stages.Mongo", "kwargs": [["pipeline", []]]}
RAW = [
    {"variables": {"view": [RAW_STAGE]}},
    {"variables": {"form": {"extendedStages": {"fiftyone.core.stages.Mongo": {"pipeline": []}}}}},
    {"view": [{"_cls": "fiftyone.core.stages.Concat", "kwargs": [["samples", [RAW_STAGE]]]}]},
    {"view": [{"_cls": {"$symbol": "fiftyone.core.stages.Mongo"}}]},
    {"filters": {"x": {"$where": "sleep(1)"}}},
    {"stages": [["filter", {"$expr": {"$function": {"body": "f", "args": [], "lang": "js"}}}]]},
    {"group": {"$accumulator": {}}},
    {"pipeline": [{"$out": "datasets"}]},
    {"pipeline": [{"$merge": {"into": "datasets"}}]},
]


@pytest.mark.parametrize("body", RAW)
@pytest.mark.parametrize(
    "path", ["/graphql", "/aggregate", "/values", "/tag", "/embeddings/plot", "/operators/execute"]
)
def test_raw_database_queries_are_off(path: str, body: dict[str, Any]) -> None:
    text = json.dumps(body)
    escaped = text.replace("M", "\\u004d").replace("$", "\\u0024")
    twice = f'{{"a": {text}, "a": 1}}'
    for sent in (text, escaped, twice):
        assert status(path, OWN, method="POST", chunks=(sent.encode(),)) == 403
    for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig"):  # the App could guess them, the guard does not
        assert status(path, OWN, method="POST", chunks=(text.encode(encoding),)) == 400


def test_words_that_look_like_queries_are_let_through() -> None:
    body = json.dumps({"note": "the $function of fiftyone.core.stages.Mongo", "x": {"$match": {"$expr": 1}}}).encode()
    assert ask("/graphql", OWN, method="POST", chunks=(body,))[::2] == (200, body)


def test_there_are_no_websockets() -> None:
    assert status("/events", OWN, kind="websocket") == 403
    assert status("/events", HOST, kind="websocket") == 403
    assert status("/events", {**HOST, "origin": "http://evil.example"}, kind="websocket") == 403


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A media root with an image, a link out and one within, beside a folder whose name begins alike."""
    folder = tmp_path / "media"
    (folder / "sea").mkdir(parents=True)
    (folder / "sea" / "1.jpg").write_bytes(b"")
    (folder / "wave é.jpg").write_bytes(b"")
    (tmp_path / "media-private").mkdir()
    (tmp_path / "media-private" / "key").write_bytes(b"")
    (folder / "out.jpg").symlink_to(tmp_path / "media-private" / "key")
    (folder / "in.jpg").symlink_to(folder / "sea" / "1.jpg")
    (folder / "outside").symlink_to(tmp_path / "media-private")
    return folder


@pytest.mark.parametrize("name", ["sea/1.jpg", "in.jpg", "sea/../sea/1.jpg", "wave é.jpg", "not-there.jpg"])
def test_files_under_the_root_are_served(root: Path, name: str) -> None:
    assert status(f"/media?filepath={urllib.parse.quote(f'{root}/{name}')}", HOST, root=root) == 200


@pytest.mark.parametrize(
    "name",
    [
        "../media-private/key", "out.jpg", "outside/key", "sea/../../media-private/key", "sea/1.jpg\0",
        "outside/../media-private/key",
    ],
)  # fmt: skip
def test_files_elsewhere_are_not(root: Path, name: str) -> None:
    assert status(f"/media?filepath={urllib.parse.quote(f'{root}/{name}')}", HOST, root=root) == 403


@pytest.mark.parametrize(
    "query",
    [
        "filepath=/etc/passwd", "filepath=%2Fetc%2Fpasswd", "filepath=sea/1.jpg", "filepath=", "", "other=1",
        "filepath={ok}&filepath=/etc/passwd", "filepath=/etc/passwd&filepath={ok}", "%66ilepath=/etc/passwd",
        "filepath={ok}&%66ilepath=/etc/passwd", "filepath=~/key", "filepath=file:///etc/passwd",
        "FILEPATH={ok}", "filepath={ok}%00",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/media", "/media/", "/%6dedia"])
def test_media_needs_one_allowed_path(root: Path, path: str, query: str) -> None:
    assert status(f"{path}?{query.format(ok=root / 'sea' / '1.jpg')}", HOST, root=root) == 403


def test_a_path_with_a_line_break_is_refused(root: Path) -> None:
    """The App's router matches '/media' and a line break; a comparison with '/media' would not."""
    assert status("/media%0A?filepath=/etc/passwd", HOST, root=root) == 400


def test_filepath_is_checked_on_every_route(root: Path) -> None:
    assert status("/thumbnail?filepath=/etc/passwd", HOST, root=root) == 403


@given(
    st.lists(
        st.sampled_from(["..", ".", "sea", "outside", "media-private", "key", "", "1.jpg", "%2e%2e"]),
        max_size=8,
    )
)
def test_no_spelling_leaves_the_root(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    base = tmp_path_factory.getbasetemp() / "spellings"
    (base / "media" / "sea").mkdir(parents=True, exist_ok=True)
    named = f"{base}/media/{'/'.join(parts)}"
    inside = Path(named).resolve().is_relative_to((base / "media").resolve())
    assert status(f"/media?filepath={urllib.parse.quote(named)}", HOST, root=base / "media") == (200 if inside else 403)


@pytest.mark.parametrize(
    "body",
    [
        {"operator_uri": "@voxel51/operators/list_files", "params": {"path": "/"}},
        {"operator_uri": "@voxel51/operators/download_file"},
        {"operator_uri": {"$symbol": "@voxel51/operators/list_files"}},
        {"operator_uri": {"$code": "@voxel51/operators/list_files"}},
        {"operator_uri": "x", "params": {"stages": [{"operator_uri": "@voxel51/operators/list_files"}]}},
    ],
)
@pytest.mark.parametrize("path", ["/operators/execute", "/operators/execute/generator", "/operators/resolve-type"])
def test_operators_that_list_folders_are_off(path: str, body: dict[str, Any]) -> None:
    assert status(path, OWN, method="POST", chunks=(json.dumps(body).encode(),)) == 403


def test_escapes_do_not_hide_an_operator() -> None:
    body = rb'{"operator_uri": "@voxel51/operators/list_fil\u0065s"}'
    assert status("/operators/execute", OWN, method="POST", chunks=(body[:20], body[20:])) == 403


def test_other_operators_get_their_whole_body() -> None:
    body = json.dumps({"operator_uri": "@errata/review/keep_label", "params": {"note": "é"}}).encode()
    assert ask("/operators/execute", OWN, method="POST", chunks=(body[:7], body[7:]))[::2] == (200, body)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_an_operator_call_that_is_no_json_is_refused(body: bytes) -> None:
    assert status("/operators/execute", OWN, method="POST", chunks=(body,)) == 400


def test_an_endless_operator_call_is_refused() -> None:
    assert status("/tag", {**OWN, "content-length": "16777217"}, method="POST") == 413
    assert status("/tag", {**OWN, "content-length": "2", "transfer-encoding": "chunked"}, method="POST") == 400
    assert status("/operators/execute", OWN, method="POST", chunks=(b" " * 9_000_000,) * 2) == 413


def test_files_may_not_run_scripts_and_pages_may_not_be_framed_elsewhere(root: Path) -> None:
    file = ask(f"/media?filepath={root}/sea/1.jpg", HOST, root=root)[1]
    page = ask("/datasets/x?view=y", HOST)[1]
    assert file["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert page["content-security-policy"].endswith(FRAME_ANCESTORS)
    assert page["content-security-policy"].startswith("default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:;")
    assert file["x-content-type-options"] == page["x-content-type-options"] == "nosniff"


def test_tracebacks_stay_in_the_log() -> None:
    code, headers, body = ask("/aggregate", HOST, app=fails)
    assert (code, json.loads(body)["kind"]) == (500, "Server Error")
    assert b"Traceback" not in body
    assert int(headers["content-length"]) == len(body)


def test_a_refusal_says_nothing_about_the_machine(root: Path) -> None:
    assert ask("/media?filepath=/etc/passwd", HOST, root=root)[2] == b"Not a file of this data set."


def test_start_up_messages_reach_the_app() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return {}

    asyncio.run(Guard(app, 5151, [])({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
