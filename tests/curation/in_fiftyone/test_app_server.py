"""The real FiftyOne App behind the real guard: what its pages may do, and what other pages may not."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from curation.database.processes import port_owner
from curation.database.start import stop_database
from curation.database.store import load_dataset
from curation.in_fiftyone import app_server
from curation.in_fiftyone.app_server import AppServer, PortTakenError, app_url, running_apps, start_app, stop_app
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers import REPOSITORY
from tests.helpers.served_app import free_port

pytestmark = pytest.mark.mongo
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    (folder / "1.png").write_bytes(b"an image")
    (folder / "passwd.png").symlink_to("/etc/passwd")
    return folder


MAKE_DATASET = """
import sys
from pathlib import Path
from curation.database.start import configure_fiftyone
from curation.workspace.folders import Workspace
configure_fiftyone(Workspace(Path(sys.argv[1])))
import fiftyone as fo
dataset = fo.Dataset("guarded", persistent=True)
dataset.add_sample(fo.Sample(sys.argv[2], ground_truth=fo.Classification(label="sea")))
"""


@pytest.fixture(scope="module")
def app(mongo_workspace: Workspace, media: Path) -> Iterator[AppServer]:
    """The App of reviewer ann, with a data set `guarded` of one sample, made while the App starts."""
    with pytest.MonkeyPatch.context() as patch:  # as if the user had set nothing
        patch.delenv("FIFTYONE_DATABASE_URI", raising=False)
        patch.delenv("ERRATA_DATABASE_URI", raising=False)
        command = [sys.executable, "-c", MAKE_DATASET, str(mongo_workspace.root), str(media / "1.png")]
        with subprocess.Popen(command, cwd=REPOSITORY) as maker:
            server = start_app(mongo_workspace, [media], port=free_port(), reviewer="ann")
        assert maker.returncode == 0
        yield server
        stop_app(mongo_workspace, server.port)


def description(app: AppServer) -> str | None:
    """What the database says about the field `ground_truth`."""
    with MongoClient[dict[str, Any]](app.database) as client:
        document = client["fiftyone"]["datasets"].find_one({"name": "guarded"})
    assert document is not None
    texts: dict[str, str | None] = {field["name"]: field["description"] for field in document["sample_fields"]}
    return texts["ground_truth"]


def ask(app: AppServer, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def own_page(app: AppServer) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{app.port}", "Sec_Fetch_Site": "same-origin"}


def test_the_link_to_a_view() -> None:
    assert app_url(5151, "errata-scenes", "suspicious-test") == (
        "http://127.0.0.1:5151/datasets/errata-scenes?view=suspicious-test"
    )
    assert app_url(1, "a/b c", "x&y") == "http://127.0.0.1:1/datasets/a%2Fb%20c?view=x%26y"


def test_the_page_answers(app: AppServer) -> None:
    status, headers, body = ask(app, "GET", "/datasets/any?view=all")
    assert status == 200
    assert b"<!DOCTYPE html>" in body
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_it_listens_on_this_machine_only(app: AppServer) -> None:
    listening = [c.laddr for c in psutil.Process(app.pid).net_connections(kind="inet") if c.status == "LISTEN"]
    assert listening == [("127.0.0.1", app.port)]


def test_images_of_the_roots_are_served(app: AppServer, media: Path) -> None:
    status, headers, body = ask(app, "GET", f"/media?filepath={media / '1.png'}")
    assert (status, body) == (200, b"an image")
    assert headers["content-security-policy"].startswith("sandbox")
    assert ask(app, "GET", f"/media?filepath={media / 'none.png'}")[0] == 404


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/media?filepath=/etc/passwd", 403),
        ("/media?filepath={media}/../../../../../../../../etc/passwd", 403),
        ("/media?filepath={media}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", 403),
        ("/media?filepath={media}/passwd.png", 403),
        ("/media?filepath={media}/1.png&filepath=/etc/passwd", 403),
        ("/media%0A?filepath=/etc/passwd", 400),
        ("/media/?filepath=/etc/passwd", 403),
        ("//media?filepath=/etc/passwd", 403),
    ],
)
def test_other_files_are_not(app: AppServer, media: Path, path: str, expected: int) -> None:
    assert ask(app, "GET", path.format(media=media))[0] == expected


@pytest.mark.parametrize("start", ["", "datasets/", "plugins/"])
@pytest.mark.parametrize("up", ["../", "..%2f", "%2e%2e/", "..%5c"])
def test_the_apps_own_files_are_no_way_out(app: AppServer, start: str, up: str) -> None:
    status, _, body = ask(app, "GET", f"/{start}{up * 12}etc/passwd")
    assert b"root:" not in body
    assert status >= 300


def test_another_host_name_is_refused(app: AppServer) -> None:
    assert ask(app, "GET", "/", Host=f"evil.example:{app.port}")[0] == 421


LIST_FILES = json.dumps({"operator_uri": "@voxel51/operators/list_files", "params": {"path": "/etc"}})


def test_listing_folders_is_off(app: AppServer) -> None:
    assert ask(app, "POST", "/operators/execute", LIST_FILES, **own_page(app))[0] == 403


def test_our_own_page_may_call_operators(app: AppServer) -> None:
    status, _, body = ask(app, "POST", "/operators", "{}", **own_page(app))
    uris = {f"{operator['config']['name']}" for operator in json.loads(body)["operators"]}
    assert status == 200
    assert {"edit_field_values", "list_files"} <= uris


def change(text: str) -> str:
    params = {"path": "ground_truth", "description": text}
    uri = "@voxel51/operators/edit_field_info"
    return json.dumps({"operator_uri": uri, "dataset_name": "guarded", "params": params})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost:8899"},
        {"Origin": "http://localhost:8899", "Sec_Fetch_Site": "cross-site", "Content_Type": "text/plain"},
        {"Origin": "null", "Content_Type": "text/plain"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_other_pages_change_nothing(app: AppServer, headers: dict[str, str]) -> None:
    assert ask(app, "POST", "/operators/execute", change("from elsewhere"), **headers)[0] == 403
    assert description(app) != "from elsewhere"


def test_our_own_page_may_change_a_field(app: AppServer) -> None:
    assert ask(app, "POST", "/operators/execute", change("as given"), **own_page(app))[0] == 200
    assert description(app) == "as given"


def test_a_view_made_of_something_else_is_refused(app: AppServer, tmp_path: Path) -> None:
    """FiftyOne builds its views from class names in the request: any class, were it not for our check."""
    mark = tmp_path / "mark"
    stage = {"_cls": "subprocess.Popen", "kwargs": [["args", ["touch", str(mark)]]]}
    answer = set_view(app, [stage])
    assert "errors" in answer
    assert not mark.exists()


def test_a_view_made_of_view_stages_works(app: AppServer) -> None:
    stage = {"_cls": "fiftyone.core.stages.Limit", "kwargs": [["limit", 1]]}
    answer = set_view(app, [stage])
    assert "errors" not in answer
    assert answer["data"]["setView"][0]["_cls"] == "fiftyone.core.stages.Limit"


def test_raw_database_queries_are_refused_wherever_they_stand(app: AppServer) -> None:
    """In a value the guard sees them, in the text of a query the App; JavaScript is off in the database itself."""
    stage = {"_cls": "fiftyone.core.stages.Mongo", "kwargs": [["pipeline", [{"$limit": 1}]]]}
    form = '{_cls: "fiftyone.core.stages.Mon\\u0067o", kwargs: [["pipeline", [{limit: 1}]]]}'
    text = (
        f'mutation {{ setView(subscription: "s", session: null, datasetName: "guarded", view: [{form}], form: {{}}) }}'
    )
    asked = [{"query": "x", "variables": {"view": [stage]}}, {"query": text}]
    answers = [
        ask(app, "POST", "/graphql", json.dumps(body), Content_Type="application/json", **own_page(app))
        for body in asked
    ]
    assert answers[0][0] == 403
    assert b"raw database queries are switched off" in answers[1][2]
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert ask(app, "GET", "/graphql?query={__typename}", **own_page(app))[0] == 403
    assert [ask(app, "GET", path, **link)[0] for path in ("/", "/fiftyone", "/plugins")] == [200, 403, 403]
    script = {"$match": {"$expr": {"$function": {"body": "function() { return true }", "args": [], "lang": "js"}}}}
    refused = pytest.raises(OperationFailure, match="javascript engine")
    with MongoClient[dict[str, Any]](app.database) as client, refused:
        client["fiftyone"]["datasets"].aggregate([script])


def set_view(app: AppServer, stages: list[dict[str, Any]]) -> dict[str, Any]:
    query = """mutation($view: BSONArray!) {
        setView(subscription: "s", session: null, datasetName: "guarded", view: $view, form: {})
    }"""
    body = json.dumps({"query": query, "variables": {"view": stages}})
    answer: dict[str, Any] = json.loads(
        ask(app, "POST", "/graphql", body, Content_Type="application/json", **own_page(app))[2]
    )
    return answer


def counted(app: AppServer, path: str, view_name: str | None = None) -> int:
    """What the page counts of a field."""
    query = "query($form: AggregationForm!) { aggregations(form: $form) { ... on Aggregation { path count } } }"
    form: dict[str, Any] = {"dataset": "guarded", "paths": [path], "view": [], "viewName": view_name}
    form |= {"sampleIds": [], "hiddenLabels": [], "extendedStages": {}, "mixed": False}
    form |= dict.fromkeys(("filters", "groupId", "index", "slice", "slices"))
    body = json.dumps({"query": query, "variables": {"form": form}})
    answer = json.loads(ask(app, "POST", "/graphql", body, Content_Type="application/json", **own_page(app))[2])
    assert "errors" not in answer, answer
    return int(answer["data"]["aggregations"][0]["count"])


def test_what_it_remembers_follows_the_dataset(app: AppServer, mongo_workspace: Workspace) -> None:
    """Fields and saved views that another process adds or changes are seen at once."""
    dataset = load_dataset(mongo_workspace, "guarded")
    assert counted(app, "ground_truth.label") == counted(app, "ground_truth.label") == 1
    sample = dataset.first()
    sample["later"] = 3.0
    sample.save()
    assert counted(app, "later") == 1
    dataset.save_view("some", dataset.limit(1))
    assert counted(app, "later", "some") == 1
    dataset.save_view("some", dataset.exists("later", bool=False), overwrite=True)
    assert counted(app, "later", "some") == 0
    dataset.delete_sample_field("later")
    dataset.delete_saved_view("some")
    assert counted(app, "ground_truth.label") == 1


def test_server_errors_keep_their_traceback(app: AppServer) -> None:
    status, _, body = ask(app, "POST", "/tag", "{}", **own_page(app))
    assert status == 500
    assert b"Traceback" not in body
    assert b"site-packages" not in body


def test_used_again_only_for_the_same_roots(app: AppServer, mongo_workspace: Workspace, media: Path) -> None:
    assert start_app(mongo_workspace, [media, media], port=app.port, reviewer="ann") == app
    assert running_apps(mongo_workspace) == [app]
    with pytest.raises(ErrataError, match=f"port {app.port} serves .* reviewer 'ann'"):
        start_app(mongo_workspace, [media], port=app.port, reviewer="bob")


def test_bad_ports_and_roots(mongo_workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="port 0 does not exist"):
        start_app(mongo_workspace, [], port=0)
    with pytest.raises(ErrataError, match="no such folder"):
        start_app(mongo_workspace, [tmp_path / "none"], port=free_port())


def test_a_taken_port_names_who_took_it(app: AppServer, mongo_workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        with pytest.raises(ErrataError, match=rf"port {port} is taken by .*\(process {os.getpid()}\)"):
            start_app(mongo_workspace, [], port=port)


def test_a_port_lost_while_the_server_starts_is_not_taken_for_won(
    app: AppServer, mongo_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What answers on it is a FiftyOne App, but of another workspace that was faster."""
    seen = iter([None])
    monkeypatch.setattr(app_server, "port_owner", lambda port: next(seen, port_owner(port)))
    with pytest.raises(PortTakenError, match=rf"port {app.port} was taken by .*\(process {app.pid}\) while"):
        start_app(Workspace(tmp_path), [], port=app.port, reviewer="ann")
    stop_database(Workspace(tmp_path))
    assert running_apps(Workspace(tmp_path)) == []
    assert running_apps(mongo_workspace) == [app]


def test_a_server_that_dies_says_why(
    app: AppServer, mongo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_server, "_arguments", lambda *_: ["-c", "raise SystemExit('no room left')"])
    port = free_port()
    with pytest.raises(ErrataError, match=rf"App on port {port} ended at once: no room left \(log: .*{port}\.log\)"):
        start_app(mongo_workspace, [], port=port)


def test_nothing_to_stop(mongo_workspace: Workspace, tmp_path: Path) -> None:
    assert stop_app(Workspace(tmp_path)) is False
    assert running_apps(Workspace(tmp_path)) == []
