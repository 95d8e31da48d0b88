"""`errata audit` and `errata issues`: what they print, and bad data that is refused before a model is trained."""

import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.commands import audit
from curation.audit.config import AuditConfig
from curation.database.start import stop_database
from curation.datasets.opening import open_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.curated_folder import add_verdicts, version
from tests.helpers.drawn_folder import CLASSES, draw, draw_folder
from tests.helpers.processes.errata_process import errata
from tests.helpers.small_audit import small_audit, small_config
from tests.helpers.typed_command import Run, refusal


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_folder(tmp_path_factory.mktemp("pictures") / "few", train=4, test=2)


def test_the_command_to_go_on_with_can_be_pasted_though_the_folder_has_a_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    pictures = draw_folder(tmp_path / "my photos", train=4, test=1)
    workspace = Workspace(tmp_path / "home")
    finished = small_audit(workspace, cams=0)
    monkeypatch.setattr("curation.audit.run.run_audit", lambda *_: finished)

    audit.run(workspace, str(pictures), AuditConfig())

    command = capsys.readouterr().out.split("open it with: ")[1]
    assert shlex.split(command) == ["errata", "review", str(pictures)]


def test_the_choices_are_printed_and_the_offer_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    workspace = Workspace(tmp_path / "home")
    made = small_audit(workspace, cams=0)
    told = {"choices": ["a votes: it helps", "b is left out: no time"], "offer": "frozen features are weak here"}
    finished = replace(made, config={**made.config, **told})
    monkeypatch.setattr("curation.audit.run.run_audit", lambda *_: finished)
    audit.run(workspace, str(draw_folder(tmp_path / "few", train=4, test=1)), AuditConfig())
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines.index("b is left out: no time") == lines.index("a votes: it helps") + 1
    assert lines[-1] == "frozen features are weak here"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--architectures auto --minutes 0", "--minutes 0 leaves no time for an audit; give a number above 0"),
        ("--architectures auto --minutes -4", "--minutes -4 leaves no time"),
        ("--architectures auto --minutes soon", "Invalid value for '--minutes'"),
        ("--architectures auto,cnn3", "auto chooses the architectures itself; name it alone"),
        ("--minutes 10", "--minutes is the budget of --architectures auto, and named architectures all vote"),
        ("--minutes 10 --predictions p.npz", "with --predictions nothing is trained; leave it out"),
        ("--architectures auto --predictions p.npz", "nothing is trained; leave --architectures auto out"),
    ],
)
def test_a_budget_that_is_no_time_or_limits_nothing(run: Run, pictures: Path, options: str, message: str) -> None:
    for command in (["audit"], ["queue", "audit"]):
        assert message in refusal(run(*command, str(pictures), *options.split()))


def test_splits_of_an_audited_data_set(run: Run, home: Path) -> None:
    small_audit(Workspace(home), cams=0)
    assert "no split 'tset'; did you mean 'test'?" in refusal(run("issues", "tiny", "--split", "tset"))
    assert "'tiny' has no val images; its splits: test, train" in refusal(run("issues", "tiny", "--split", "val"))
    assert "no split 'tset'" in refusal(run("review", "tiny", "--split", "tset"))
    assert "no audited data set 'tinny'" in refusal(run("issues", "tinny"))


def test_judging_again_needs_verdicts_and_the_labels_as_given(run: Run, home: Path) -> None:
    audit = small_audit(Workspace(home), cams=0)
    write_json(audit.folder / "config.json", {"source": str(home / "data" / "tiny"), **small_config()})
    assert "nothing to learn from" in refusal(run("audit", "tiny", "--with-decisions"))
    add_verdicts(Workspace(home))
    version(Workspace(home))
    assert "leave one of --with-decisions and --version out" in refusal(
        run("audit", "tiny", "--with-decisions", "--version", "v1")
    )
    assert "leave one of" in refusal(run("queue", "audit", "tiny", "--with-decisions", "--version", "v1"))


def test_what_was_learned_from_is_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, pictures = Workspace(home), draw_folder(home / "few", train=4, test=1)
    finished = small_audit(workspace, cams=0)
    taught = replace(finished, findings=replace(finished.findings, verdicts=3, line=7))
    monkeypatch.setattr("curation.audit.run.run_audit", lambda *_: taught)
    audit.run(workspace, str(pictures), AuditConfig(with_decisions=True))
    assert "judged with 3 verdicts, the log up to line 7\n" in capsys.readouterr().out
    elsewhere = replace(taught, config={**taught.config, "predictions": "p.npz"})
    monkeypatch.setattr("curation.audit.run.run_audit", lambda *_: elsewhere)
    audit.run(workspace, str(pictures), AuditConfig(with_decisions=True))
    assert "predictions made elsewhere stay, only their weight learns" in capsys.readouterr().out


def test_issues_go_to_the_screen_or_a_file(run: Run, home: Path, tmp_path: Path) -> None:
    small_audit(Workspace(home), cams=0)
    code, output, _ = run("issues", "tiny", "--split", "test")
    assert code == 0
    lines = output.splitlines()
    assert lines[0] == "image_id,split,label,suggested_label,label_quality,rank"
    assert len(lines) == 13
    code, nothing, _ = run("issues", "tiny", "--split", "test", "--csv", str(tmp_path / "a" / "b.csv"))
    assert (code, nothing) == (0, "")
    assert (tmp_path / "a" / "b.csv").read_text() == output


def test_issues_as_learned_from_the_verdicts(run: Run, home: Path) -> None:
    audit = small_audit(Workspace(home), cams=0)
    code, plain, _ = run("issues", "tiny", "--split", "test")
    code, learned, _ = run("issues", "tiny", "--split", "test", "--learned")
    assert code == 0
    assert learned.splitlines()[0].endswith(",rank,reason")
    assert [line.split(",")[:4] for line in learned.splitlines()] == [
        line.split(",")[:4] for line in plain.splitlines()
    ]
    ledger = Ledger(log_of(Workspace(home), "tiny"), audit.checked)
    ledger.decide(*(Decision("ana", f"test/sea/{n}.png", "none-of-these", queue="q", rank=n + 1) for n in range(3)))
    code, after, _ = run("issues", "tiny", "--split", "test", "--learned")
    assert code == 0
    assert after != learned


def test_issues_into_a_file_that_cannot_be_written(run: Run, home: Path, tmp_path: Path) -> None:
    small_audit(Workspace(home), cams=0)
    (tmp_path / "file").touch()
    assert "cannot write" in refusal(run("issues", "tiny", "--csv", str(tmp_path / "file" / "b.csv")))
    assert "cannot write" in refusal(run("issues", "tiny", "--csv", str(tmp_path)))


def write_folder(root: Path, counts: dict[str, int], broken: int = 0) -> Path:
    """Draw some images of each class into class folders; the first `broken` of them are cut off."""
    for label, count in counts.items():
        folder = root / "train" / label
        folder.mkdir(parents=True)
        for i in range(count):
            path = folder / f"{i}.png"
            draw(CLASSES[len(label) % 4], i).save(path)
            if i < broken:
                path.write_bytes(path.read_bytes()[:300])
    return root


def test_one_class_only(run: Run, tmp_path: Path) -> None:
    assert "has only one class (cat)" in refusal(run("audit", str(write_folder(tmp_path / "d", {"cat": 4}))))


def test_an_empty_class_folder(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 4, "dog": 4, "bird": 0})
    assert "d/train/bird has no image" in refusal(run("audit", str(root)))


def test_a_single_image_of_each_class(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 1, "horse": 1})
    assert "d has a single training image of each class; a label is judged by other" in refusal(run("audit", str(root)))


def test_no_image_can_be_read(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 2, "horse": 2}, broken=2)
    assert "no readable training image after 4 unreadable files were left out, the first because" in refusal(
        run("audit", str(root))
    )


def test_one_class_is_left_after_unreadable_files(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 2, "horse": 5}, broken=2)
    assert "training images of one class only after 4 unreadable files" in refusal(run("audit", str(root)))


def test_a_folder_without_permission(run: Run, monkeypatch: pytest.MonkeyPatch, nobody: Path) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(nobody / "home"))
    folders = [nobody / "d" / "train" / label for label in ("cat", "horse")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "0.png").touch()  # drawing may import what nobody can not
    folders[0].chmod(0)
    assert f"cannot read the folder {folders[0]}: Permission denied" in refusal(run("audit", str(nobody / "d")))


def predictions_for(pictures: Path, home: Path) -> dict[str, np.ndarray]:
    """Return sound predictions for the pictures: nearly certain of the given label."""
    _, rows = open_dataset(str(pictures), Workspace(home), 0)
    probs = np.full((len(rows), len(rows.classes)), 0.02, np.float32)
    probs[np.arange(len(rows)), rows.labels] = 1 - 0.02 * (len(rows.classes) - 1)
    return {"image_ids": rows.image_ids, "probs": probs}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("missing", "no predictions file at"),
        ("nan", "NaN"),
        ("logits", "if these are logits, name the array logits"),
        ("twice", "names an image twice"),
        ("classes", "has the classes a, b, c, d; the data set has checks, dots, stripes, waves"),
        ("text", "neither .npz nor .csv"),
    ],
)
def test_predictions_that_do_not_fit(
    run: Run, home: Path, pictures: Path, tmp_path: Path, change: str, message: str
) -> None:
    arrays = predictions_for(pictures, home)
    path = tmp_path / ("p.txt" if change == "text" else "p.npz")
    if change == "nan":
        arrays["probs"][3, 1] = np.nan
    elif change == "logits":
        arrays["probs"] = arrays["probs"] * 9 - 4
    elif change == "twice":
        arrays["image_ids"][1] = arrays["image_ids"][0]
    elif change == "classes":
        arrays["classes"] = np.array(["a", "b", "c", "d"])
    if change == "text":
        path.touch()
    elif change != "missing":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    assert message in refusal(run("audit", str(pictures), "--predictions", str(path)))


@pytest.mark.mongo
def test_predictions_without_folds_are_audited_and_called_in_sample(home: Path, pictures: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", **predictions_for(pictures, home))  # type: ignore[arg-type]
    try:  # in a process of its own: FiftyOne keeps to the first database it meets
        code, output, errors = errata(home, "audit", str(pictures), "--predictions", str(tmp_path / "mine.npz"))
    finally:
        stop_database(Workspace(home))
    assert code == 0, errors
    assert "model_mine" in output
    assert "IN-SAMPLE: flatters the given labels" in output
    assert "fold models" not in output
    assert "skipped 1 file (listed with the reasons in the report)" in output


def test_mongodb_missing_costs_nothing_that_was_computed(
    run: Run, home: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Path:
        raise ErrataError("no MongoDB server at /somewhere; install it")

    monkeypatch.setattr("curation.database.binary.mongod_path", missing)
    np.savez(tmp_path / "mine.npz", **predictions_for(pictures, home))  # type: ignore[arg-type]
    text = refusal(run("audit", str(pictures), "--predictions", str(tmp_path / "mine.npz")))
    assert "no MongoDB server" in text
    code, output, _ = run("issues", str(pictures))
    assert code == 0
    assert len(output.splitlines()) > 20


@pytest.mark.mongo
@pytest.mark.parametrize(
    "limit",
    [
        40_000,  # met by the cached pixels
        300_000,  # met by the checkpoints
    ],
)
def test_on_a_full_disk_one_sentence_and_then_the_next_run_finishes(home: Path, pictures: Path, limit: int) -> None:
    arguments = ["audit", str(pictures), "--architectures", "simple_cnn_norm_dropout", "--folds", "2", "--cams", "1"]
    try:
        text = refusal(errata(home, *arguments, largest_file=limit))
        assert "cannot write" in text
        assert not list((home / "runs").rglob(".*")), "no half-written file is left"
        code, _, errors = errata(home, *arguments)
        assert code == 0, errors
    finally:
        stop_database(Workspace(home))
