"""`errata queue`: jobs are parsed and checked when they are added, then listed, cancelled and resumed."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from app.commands.queue import job_request
from app.jobs.queue import jobs
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.files.atomic import write_json
from tests.helpers import REPOSITORY
from tests.helpers.curated_folder import add_verdicts, version
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import write_status
from tests.helpers.typed_command import exit_code

pytestmark = pytest.mark.usefixtures("audit")

Queue = Callable[..., str]


@pytest.fixture
def queue(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Queue:
    """Run `errata queue …`; return what it prints, or the sentence with which it refuses."""

    def run(*arguments: str) -> str:
        code = exit_code("queue", *arguments)
        printed = capsys.readouterr()
        assert code in (0, 2)
        return printed.err if code else printed.out

    return run


def test_added_listed_cancelled_and_resumed(workspace: Workspace, queue: Queue) -> None:
    assert "nothing waits" in queue()
    assert "added " in queue("train", "tiny", "--recipe", "scenes-simple", "--seed", "5")
    assert queue().rstrip().endswith("errata train tiny --recipe scenes-simple --seed 5")
    name = jobs(workspace)[0].id
    assert queue("--cancel", name[-4:]) == "cancelled\n"
    assert queue("--cancel", name) == "it was over already\n"
    assert queue("--resume", name) == "added: scenes-simple on original\n"
    assert [job.state for job in jobs(workspace)] == ["waiting"]


def test_a_running_job_is_listed_with_its_stage(workspace: Workspace, queue: Queue) -> None:
    queue("train", "tiny", "--recipe", "scenes-simple")
    (job,) = jobs(workspace)
    path = workspace.root / "queue" / f"{job.id}.json"
    write_json(path, {**read_json(path), "launched": 1.0})
    write_json(job.folder / "launch.json", {"pid": 1, "at": 1.0, "arguments": []})
    write_status(job.folder, "running", "features", 30, 120)
    assert queue().rstrip().endswith("errata train tiny --recipe scenes-simple  features, 30 of 120")


@pytest.mark.parametrize(
    ("options", "seeds"),
    [
        ([], [0]),
        (["--seed", "5"], [5]),
        (["--seeds=3"], [0, 1, 2]),
        (["--seed=5", "--seeds", "2"], [5, 6]),
    ],
)
def test_seeds_are_read_as_the_command_reads_them(
    workspace: Workspace, queue: Queue, options: list[str], seeds: list[int]
) -> None:
    queue("train", "tiny", "--architecture", "simple_cnn", *options)
    (job,) = jobs(workspace)
    entry = read_json(workspace.root / "queue" / f"{job.id}.json")["request"]
    assert entry["seeds"] == seeds == list(job.request.seeds)
    assert entry["options"]["seeds"] == len(seeds)
    assert entry["options"]["batch_size"] is None  # the recipe's


def test_titles_and_versions(workspace: Workspace) -> None:
    add_verdicts(workspace)
    version(workspace)

    def request(*arguments: str) -> tuple[str, str, str]:
        parsed = job_request(workspace, arguments)
        return parsed.title, parsed.dataset, parsed.version

    both = ("--recipe", "scenes-simple", "--architecture=cnn3", "--version=v1")
    assert request("train", "tiny", *both) == ("scenes-simple with cnn3 on v1", "tiny", "v1")
    assert request("train", "--architecture", "cnn3", "tiny") == ("cnn3 on original", "tiny", "original")
    assert request("audit", "tiny", "--folds", "3") == ("tiny", "tiny", "original")
    assert request("audit", "tiny", "--version", "v1") == ("tiny-v1", "tiny-v1", "v1")


def test_an_audit_of_a_version_is_watched_in_the_folder_of_that_version(workspace: Workspace, queue: Queue) -> None:
    add_verdicts(workspace)
    version(workspace)
    queue("audit", "tiny", "--version=v1")
    assert jobs(workspace)[0].folder == audit_folder(workspace, "tiny-v1")


def test_a_data_set_by_its_folder(workspace: Workspace, audit: Audit) -> None:
    folder = workspace.drawn / "tiny"
    write_json(audit.folder / "config.json", {"source": str(folder)})
    request = job_request(workspace, ["audit", str(folder)])
    assert (request.dataset, request.options["name"]) == ("tiny", str(folder))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train"], "name a data set too: errata queue train NAME"),
        (["split", "tiny"], "no command for the queue 'split' (choices: audit, train)"),
        (["--work", "--cancel", "x"], "one of them at a time"),
        (["--cancel", "x"], "no job 'x'"),
        (["train", "tinny", "--architecture", "cnn3"], "no audited data set 'tinny'"),
        (["train", "tiny"], "name what to train: --recipe R or --architecture ARCH"),
        (["train", "tiny", "--recipe", "scenes-simpel"], "no recipe 'scenes-simpel'; did you mean 'scenes-simple'"),
        (["train", "tiny", "--architecture", "cnn4"], "no architecture 'cnn4'; did you mean 'cnn3'"),
        (["train", "tiny", "--architecture", "cnn3", "--epochs", "0"], "epochs"),
        (["train", "tiny", "--architecture", "cnn3", "--epochs", "many"], "'--epochs'"),
        (["train", "tiny", "--architecture", "cnn3", "--epoch", "3"], "see `errata train --help`"),
        (["train", "tiny", "--architecture", "cnn3", "--version", "v9"], "no version of the labels 'v9'"),
        (["train", "tiny", "--architecture", "cnn3", "--engine", "tensorrt"], "no engine 'tensorrt'"),
        (["train", "tiny", "--architecture", "cnn3", "--members", "a,b"], "--members are those of an ensemble"),
        (["train", "tiny", "--architecture", "cnn3", "--classes", ","], "names no class"),
        (["train", "tiny", "3", "--architecture", "cnn3"], "unexpected extra argument"),
        (["audit", "tiny", "--folds", "1"], "--folds 1 is too few"),
        (["audit", "tiny", "--architectures", "cnn4,simple_cnn"], "no architecture 'cnn4'; did you mean 'cnn3'"),
        (["audit", "tiny", "--engine", "tensorrt"], "no engine 'tensorrt'"),
    ],
)
def test_what_is_wrong_is_refused_when_it_is_added(
    workspace: Workspace, queue: Queue, arguments: list[str], sentence: str
) -> None:
    refusal = queue(*arguments)
    assert refusal.startswith("errata: ")
    assert sentence in refusal
    assert refusal.count("\n") == 1
    assert jobs(workspace) == []


def test_nothing_heavy_is_imported_to_add_a_job(workspace: Workspace) -> None:
    """The app adds jobs in its own process, which must not carry torch."""
    program = (
        "import sys; from app.commands.queue import job_request; from curation.workspace.folders import Workspace\n"
        "request = job_request(Workspace.from_environment(), sys.argv[1:])\n"
        "print(request.title, sorted({'torch', 'fiftyone', 'streamlit', 'sklearn'} & set(sys.modules)))"
    )
    for arguments, title in (
        (["train", "tiny", "--recipe", "scenes-simple"], "scenes-simple on original"),
        (["audit", "tiny", "--folds", "3"], "tiny"),
    ):
        command = [sys.executable, "-c", program, *arguments]
        assert subprocess.check_output(command, text=True, cwd=REPOSITORY) == f"{title} []\n"
