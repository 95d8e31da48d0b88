"""Both servers, the real ones, attacked over each protocol that they speak; and what listens while they run."""

import json
import stat
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final
from urllib.parse import quote

import psutil
import pytest

from curation.database.mongod import running_server
from tests.helpers.reliability import record, size
from tests.security.conftest import Servers
from tests.security.sockets import Target, exchange, opened, own, posted, request, status, status_of_http2, statuses

pytestmark = [pytest.mark.mongo, pytest.mark.faults]
BOTH = pytest.mark.parametrize("which", ["app", "fiftyone"])
PAGE = {"app": "/", "fiftyone": "/datasets/any"}
WRITING = {"app": "/_stcore/upload_file/a/b", "fiftyone": "/operators/execute"}
SECTION: Final = "Attacks on servers"
Attack = Callable[[Target, str], int]


def by_name(target: Target, path: str, **rest: Any) -> list[int]:
    """Ask under names that are not the server's, in each place that HTTP/1 has for one."""
    return [
        *(status(target, path, host=name, **rest) for name in ("evil.example", f"evil.example:{target.port}", "[::1]")),
        status(target, path, host=f"{target.host}@evil.example", **rest),
        status(target, path, "Host: evil.example", **rest),
        status(target, path, f"Host: {target.host}", **rest),
        status(target, path, "hOST: evil.example", host="", **rest),
        status(target, path, "Host : evil.example", host="", **rest),
        status(target, path, host="", **rest),
        status(target, f"http://evil.example{path}", host="evil.example", **rest),
    ]


@BOTH
def test_foreign_names_over_http_1(servers: Servers, which: str) -> None:
    target: Target = getattr(servers, which)
    assert status(target, PAGE[which]) == status(target, PAGE[which], version="1.0") == 200
    refused = by_name(target, PAGE[which]) + by_name(target, PAGE[which], version="1.0")
    assert set(refused) <= {400, 421}, refused
    record(SECTION, "a foreign, missing or second Host, HTTP/1.0 and 1.1", len(refused), "refused")


@BOTH
def test_foreign_names_over_http_2(servers: Servers, which: str) -> None:
    target: Target = getattr(servers, which)
    start = [(":method", "GET"), (":path", PAGE[which]), (":scheme", "http")]
    ours, foreign = (":authority", target.host), (":authority", "evil.example")
    hosts = [("host", "evil.example"), ("host", target.host)]
    lists = [[foreign], [ours, hosts[0]], [foreign, hosts[1]], [ours, foreign], [hosts[0]], [*hosts], []]
    codes = [status_of_http2(target, [*start, *headers]) for headers in lists]
    assert set(codes) <= {0, 400, 421}, codes
    # The app does not speak HTTP/2 at all.
    assert status_of_http2(target, [*start, ours]) == (200 if which == "fiftyone" else 0)
    writes = [(":method", "POST"), (":path", WRITING[which]), (":scheme", "http"), ours]
    assert status_of_http2(target, [*writes, ("origin", "http://evil.example")]) in (0, 403)
    record(SECTION, "a foreign or second authority, HTTP/2 without an upgrade", len(codes) + 1, "refused")


@BOTH
def test_other_pages_write_nothing(servers: Servers, which: str) -> None:
    """A form of another page posts text/plain without asking first; so does a script in it."""
    target: Target = getattr(servers, which)
    headers = [
        ("Origin: http://evil.example", "Sec-Fetch-Site: cross-site"), ("Origin: null",), (),
        ("Origin: http://127.0.0.1:1", "Sec-Fetch-Site: same-site"), (f"Origin: {target.origin}", "Origin: http://x"),
        (f"Origin: {target.origin}", "Sec-Fetch-Site: cross-site"), ("Origin: http://localhost.evil.example",),
    ]  # fmt: skip
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json")
    codes = [
        status(target, WRITING[which], *names, f"Content-Type: {kind}", method=method, body=b"{}", version=version)
        for names in headers for kind in kinds for method in ("POST", "PUT", "DELETE") for version in ("1.0", "1.1")
    ]  # fmt: skip
    assert set(codes) <= {400, 403}, codes
    record(SECTION, "a write by a page of another origin", len(codes), "refused")


@BOTH
def test_ambiguous_lengths_smuggle_nothing(servers: Servers, which: str) -> None:
    target: Target = getattr(servers, which)
    hidden = f"GET {PAGE[which]} HTTP/1.1\r\nHost: {target.host}\r\nConnection: close\r\n\r\n"
    start = "\r\n".join([f"POST {WRITING[which]} HTTP/1.1", f"Host: {target.host}", *own(target)])
    lengths = [
        ["Content-Length: 6", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 6"],
        ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5, 6"], ["Content-Length: -1"],
        ["Content-Length: +5"], ["Content-Length: 5 5"], ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: xchunked"], ["Transfer-Encoding : chunked"], ["Transfer-Encoding:\x0bchunked"],
    ]  # fmt: skip
    for lines in lengths:
        sent = "\r\n".join([start, *lines]) + "\r\n\r\n0\r\n\r\n" + hidden
        codes = statuses(exchange(target, sent.encode()))
        assert 200 not in codes, (lines, codes)
        assert codes[:1] in ([], [400], [403], [405], [501]), (lines, codes)
    record(SECTION, "a request hidden behind two lengths", len(lengths), "refused, and the connection ended")


@BOTH
def test_websockets_of_other_pages(servers: Servers, which: str) -> None:
    target: Target = getattr(servers, which)
    upgrade = (
        "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
    )  # fmt: skip

    def shake(*headers: str, host: str = "") -> int:
        sent = request(target, "/_stcore/stream", *upgrade, *headers, host=host or target.host)
        with opened(target) as connection:
            connection.sendall(sent.replace(b"Connection: close", b"Connection: Upgrade"))
            return statuses(connection.recv(65536))[0]

    codes = [
        shake(), shake("Origin: http://evil.example"), shake("Origin: null"), shake("Origin: http://127.0.0.1:1"),
        shake(f"Origin: https://{target.host}"), shake("Origin: http://evil.example", host="evil.example"),
        shake(f"Origin: {target.origin}", "Origin: http://evil.example"),
        shake(f"Origin: {target.origin}", "Sec-Fetch-Site: cross-site"),
    ]  # fmt: skip
    assert set(codes) <= {400, 403}, codes
    assert shake(f"Origin: {target.origin}") == (101 if which == "app" else 403)
    record(SECTION, "a websocket of a page of another origin", len(codes), "refused")


@BOTH
def test_slow_and_many_clients_hold_nobody_up(servers: Servers, which: str) -> None:
    target: Target = getattr(servers, which)
    count = size(100, 1000)
    with ExitStack() as waiting:
        for _ in range(count):
            half = waiting.enter_context(opened(target))
            half.sendall(f"GET / HTTP/1.1\r\nHost: {target.host}\r\nX: ".encode())
        codes = {status(target, PAGE[which]) for _ in range(3)}
    assert codes == {200}
    record(SECTION, "connections that never end their header", count, "all others are answered")


def test_long_requests_are_refused(servers: Servers) -> None:
    target = servers.fiftyone
    stated = request(target, "/operators/execute", *own(target), "Content-Length: 999999999", method="POST")
    assert statuses(exchange(target, stated)) == [413]
    assert status(target, "/", "X: " + "a" * 100_000) == 431
    assert status(target, "/" + "a" * 100_000) == 431
    deep = b'{"a": ' * 50_000
    assert [posted(target, "/graphql", body)[0] for body in (deep, b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"NaN,")] == [
        400
    ] * 4
    record(SECTION, "a body, a header or an address that is too long or no JSON", 7, "refused")


def test_files_elsewhere(servers: Servers) -> None:
    target, media = servers.fiftyone, servers.media
    link = media.with_name("link.png")
    link.symlink_to("/etc/passwd")
    up = "../" * 20
    named = [
        "/etc/passwd", f"{media.parent}/{up}etc/passwd", str(link), f"{media}/{up}etc/passwd", "file:///etc/passwd",
        f"{media}\0/etc/passwd", "/proc/self/environ", "/dev/zero", f"{media.parent}/..%2f..%2fetc%2fpasswd",
        "//etc/passwd", str(servers.workspace.root.parent), "a" * 5000, "~/.ssh/id_rsa", f"{media}\r\nX: y",
    ]  # fmt: skip
    paths = ("/media", "/media/", "//media", "/%6dedia", "/media;x", "/Media", "/media%0a", "/datasets/../media")
    codes = []
    for path in paths:
        for name in named:
            answer = exchange(target, request(target, f"{path}?filepath={quote(name, safe='')}"))
            assert b"root:" not in answer
            assert b"PATH=" not in answer
            codes.append(statuses(answer)[0])
    link.unlink()
    assert status(target, f"/media?filepath={quote(str(media))}") == 200
    assert set(codes) <= {307, 400, 403, 404}  # a slash at the end is taken off; then there is no such file
    record(SECTION, "a file outside the data set, by path, link or encoding", len(codes), "refused")


RAW = ("$where", "$function", "$accumulator", "$out", "$merge")


def test_what_our_own_page_may_not_ask(servers: Servers) -> None:
    """Another page cannot send these; a name in a data set that made our page send them could not either."""
    target, tries = servers.fiftyone, 0
    raw = {"_cls": "fiftyone.core.stages.Mongo", "kwargs": [["pipeline", [{"$limit": 1}]]]}
    stages = [raw, *({"_cls": "fiftyone.core.stages.Match", "kwargs": [["filter", {"x": {name: 1}}]]} for name in RAW)]
    for path in (
        "/aggregate",
        "/values",
        "/tag",
        "/sort",
        "/graphql",
        "/geo",
        "/embeddings/plot",
        "/operators/execute",
    ):
        for stage in stages:
            assert posted(target, path, {"dataset": servers.dataset, "view": [stage]})[0] == 403
            text = json.dumps({"query": "x", "variables": {"view": [stage]}}).replace("$", "\\u0024")
            assert posted(target, path, text.replace("M", "\\u004d").encode())[0] == 403
            for mark in (b"\xef\xbb\xbf", b"\xff\xfe"):
                assert posted(target, path, mark + text.encode())[0] == 400
            tries += 4
    for name in ("list_files", "download_file"):
        for uri in (f"@voxel51/operators/{name}", name, {"$symbol": f"@voxel51/operators/{name}"}):
            assert posted(target, "/operators/execute", {"operator_uri": uri, "params": {"path": "/etc"}})[0] == 403
            tries += 1
    for cls in (
        "subprocess.Popen",
        "os.system",
        "builtins.eval",
        "fiftyone.core.stages.os",
        "fiftyone.core.dataset.Dataset",
    ):
        view = 'subscription: "s", session: null, datasetName: "x", view: $v, form: {}'
        query = f"mutation($v: BSONArray!) {{ setView({view}) }}"
        stage = {"_cls": cls, "kwargs": [["args", ["touch", "/x"]]]}
        assert b"errors" in posted(target, "/graphql", {"query": query, "variables": {"v": [stage]}})[1]
        tries += 1
    record(SECTION, "JavaScript, raw stages, other classes and folders in a request", tries, "refused")


def test_other_data_sets_of_the_database_are_for_our_pages(servers: Servers) -> None:
    target = servers.fiftyone
    query = json.dumps({"query": '{ dataset(name: "other") { name } estimatedDatasetCount }'}).encode()
    foreign = ("Origin: http://evil.example", "Sec-Fetch-Site: cross-site", "Content-Type: text/plain")
    link = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe")
    asked = quote("{ datasets { edges { node { name } } } }")
    codes = [
        status(target, "/graphql", *foreign, method="POST", body=query),
        *(
            status(target, f"/graphql{end}?query={asked}", *headers)
            for end in ("", "/")
            for headers in (link, foreign, ())
        ),
    ]
    assert set(codes) == {403}
    assert posted(target, "/graphql", query)[0] == 200
    record(SECTION, "a question of another page about the database", len(codes), "refused")


def test_all_listen_on_this_machine_only(servers: Servers) -> None:
    """Only the two ports and the socket file of the database, which its owner alone can open."""
    database = running_server(servers.workspace.database)
    assert database is not None
    parents = [psutil.Process(target.pid) for target in (servers.app, servers.fiftyone)]
    processes = [*parents, *(child for parent in parents for child in parent.children(recursive=True)), database]
    listening = {
        connection.laddr for process in processes for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }  # fmt: skip
    assert listening == {("127.0.0.1", servers.app.port), ("127.0.0.1", servers.fiftyone.port)}
    assert len({connection.laddr for connection in database.net_connections("unix") if connection.laddr}) == 1
    record(SECTION, "addresses that the three processes listen on", len(processes), "127.0.0.1 and a socket file")


def test_logs_and_sockets_are_for_their_owner(servers: Servers) -> None:
    """Whatever the umask: nobody else reaches a socket or a log, by its own mode or its folder's."""
    root = servers.workspace.root
    checked = 0
    for path in (*root.rglob("*.log"), *root.rglob("*.out"), *root.rglob("*.sock"), *root.glob("database/data")):
        modes = [stat.S_IMODE(part.stat().st_mode) for part in (path, *path.parents) if part.is_relative_to(root)]
        assert any(not mode & 0o077 for mode in modes), path
        checked += 1
    assert checked >= 4
    record(SECTION, "logs, sockets and folders of the database", checked, "open to their owner alone")
