"""docs/proxy.md, tried: nginx with a password before both servers, the app under a path."""

import base64
import http.client
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.commands.serve import streamlit_server, wait_for_answer
from curation.in_fiftyone.app_server import start_app, stop_app
from curation.workspace.folders import Workspace
from tests.helpers import REPOSITORY
from tests.helpers.reliability import record
from tests.helpers.served_app import free_port
from tests.helpers.small_audit import small_audit

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = [
    pytest.mark.mongo,
    pytest.mark.faults,
    pytest.mark.skipif(NGINX is None, reason="no nginx; on Debian: apt-get install nginx-light"),
]
PASSWORD = {"Authorization": f"Basic {base64.b64encode(b'ann:secret').decode()}"}
UPGRADE = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}  # fmt: skip


@pytest.fixture(scope="module")
def ports(mongo_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The proxy's ports for the app and for FiftyOne."""
    folder = tmp_path_factory.mktemp("nginx")
    audit = small_audit(mongo_workspace, "proxied", cams=0)
    app, fiftyone, app_port, fiftyone_port = (free_port() for _ in range(4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ERRATA_APP_ADDRESS", f"https://localhost:{app}/errata")
        patch.setenv("ERRATA_FIFTYONE_ADDRESS", f"https://localhost:{fiftyone}")
        with streamlit_server(mongo_workspace, app_port) as server:
            start_app(mongo_workspace, [audit.rows.root], fiftyone_port, "ann")
            wait_for_answer(mongo_workspace, server, app_port)
            wanted = {"443": app, "5443": fiftyone, "8501": app_port, "5151": fiftyone_port}
            with subprocess.Popen([str(NGINX), "-c", str(_configuration(folder, wanted)), "-e", "stderr"]) as proxy:
                _wait(app)
                yield app, fiftyone
                proxy.terminate()
        stop_app(mongo_workspace, fiftyone_port)


def _configuration(folder: Path, ports: dict[str, int]) -> Path:
    """Write the configuration of the documentation with these ports, in a folder of ours."""
    block = re.search(r"```nginx\n(.*?)```", (REPOSITORY / "docs" / "proxy.md").read_text(), re.DOTALL)
    assert block
    text = re.sub(r"\b(443|5443|8501|5151)\b", lambda number: str(ports[number[0]]), block[1])
    text = text.replace("lab.example", "localhost").replace("/etc/nginx/", f"{folder}/")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("http {", f"http {{ access_log off; {temporary}")
    user = "" if os.getuid() else "user root; "  # else its workers could not read this folder
    (folder / "nginx.conf").write_text(f"{user}daemon off; pid {folder}/pid; worker_processes 1;\n{text}")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-keyout", folder / "errata.key", "-out", folder / "errata.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    hashed = subprocess.run(["openssl", "passwd", "-apr1", "secret"], check=True, capture_output=True, text=True).stdout
    (folder / "errata.users").write_text(f"ann:{hashed}")
    return folder / "nginx.conf"


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            status(port, "/")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not answer")


def status(port: int, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> int:
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("localhost", port, timeout=60, context=context)
    try:
        connection.request(method, path, headers=headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


def test_without_the_password_nothing_is_answered(ports: tuple[int, int]) -> None:
    wrong = {"Authorization": f"Basic {base64.b64encode(b'ann:guess').decode()}"}
    paths = ("/", "/errata/", "/errata/_stcore/stream", "/errata/_stcore/health", "/graphql", "/media", "/operators")
    codes = [
        status(port, path, {**headers, **upgrade}, method)
        for port in ports for path in paths for headers in ({}, wrong) for upgrade in ({}, UPGRADE)
        for method in ("GET", "POST")
    ]  # fmt: skip
    assert set(codes) == {401}
    record("Attacks on servers", "requests to the proxy without the password", len(codes), "401")


def test_with_the_password_both_answer_and_the_guard_stays(ports: tuple[int, int]) -> None:
    app, fiftyone = ports
    assert status(app, "/errata/", PASSWORD) == status(app, "/errata/_stcore/health", PASSWORD) == 200
    assert status(app, "/errata/picture?dataset=proxied&row=0", PASSWORD) == 200
    assert status(fiftyone, "/datasets/errata-proxied", PASSWORD) == status(fiftyone, "/fiftyone", PASSWORD) == 200
    stream = {**PASSWORD, **UPGRADE}
    origins = {"https://localhost": 403, f"https://localhost:{app}": 101, "https://evil.example": 403, "null": 403}
    for origin, expected in origins.items():
        assert status(app, "/errata/_stcore/stream", {**stream, "Origin": origin}) == expected
    foreign = {**PASSWORD, "Origin": "https://evil.example"}
    assert status(fiftyone, "/operators/execute", foreign, "POST") == 403
    assert [status(port, "/errata/", {**PASSWORD, "Host": "evil.example"}) for port in ports] == [421, 421]
    record("Attacks on servers", "requests of other pages and names through the proxy", 6, "refused")
