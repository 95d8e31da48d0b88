"""Ensembles in an audit, end to end on drawn pictures with two tiny members and a real MongoDB."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

import curation.audit.projection
from curation.audit.config import AuditConfig
from curation.audit.run import run_audit
from curation.database import store
from curation.datasets.catalog import DatasetSpec
from curation.datasets.opening import open_dataset
from curation.datasets.rows import Rows
from curation.results.audit import Audit, load_audit
from curation.workspace.folders import Workspace
from curation.workspace.stages import read_records
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD
from models.files.npz import read_arrays
from models.jobs.ensemble import average, stack
from models.training.config import TrainConfig
from models.training.recipes import OUT_OF_FOLD
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.json_file import read_json

pytestmark = pytest.mark.mongo
MEMBERS = ("simple_cnn", "simple_cnn_tanh")
CONFIG = AuditConfig(("ensemble", *MEMBERS, "average"), folds=2, cams_per_split=1)


@dataclass(frozen=True)
class Finished:
    """A finished audit and what it was made from."""

    workspace: Workspace
    spec: DatasetSpec
    rows: Rows
    audit: Audit

    def again(self, config: AuditConfig = CONFIG) -> Audit:
        return run_audit(self.workspace, self.spec, self.rows, config)

    def redone(self) -> set[str]:
        """The stages that the last command did itself."""
        return {record.name for record in read_records(self.audit.folder).values() if not record.reused}


@pytest.fixture(scope="module")
def finished(mongo_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    folder = draw_folder(tmp_path_factory.mktemp("pictures") / "combined")
    spec, rows = open_dataset(str(folder), mongo_workspace, seed=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OUT_OF_FOLD, "scratch", TrainConfig(epochs=1))
        patch.setattr(curation.audit.projection, "project", lambda embeddings, seed: embeddings[:, :2].copy())
        yield Finished(mongo_workspace, spec, rows, run_audit(mongo_workspace, spec, rows, CONFIG))


def test_the_audit_shows_members_first_and_then_what_combines_them(finished: Finished) -> None:
    names = [architecture.name for architecture in finished.audit.architectures]
    assert names == [*MEMBERS, "average", "ensemble"]
    assert [architecture.name for architecture in finished.audit.voters] == list(MEMBERS)
    assert [architecture.members for architecture in finished.audit.architectures] == [(), (), MEMBERS, MEMBERS]


def test_predictions_are_those_of_the_pure_part(finished: Finished) -> None:
    results = {architecture.name: architecture for architecture in finished.audit.architectures}
    members = {name: results[name].predictions for name in MEMBERS}
    rows, groups = finished.audit.rows, finished.audit.duplicates.groups
    expected = stack(members, rows.labels, groups, 0)
    np.testing.assert_allclose(results["ensemble"].predictions.probs, expected.predictions.probs, atol=1e-6)
    np.testing.assert_allclose(results["average"].predictions.probs, average(members).probs, atol=1e-6)
    layers = read_arrays(results["ensemble"].run_folder / "stack.npz")
    np.testing.assert_allclose(layers["weight"], expected.heads.weight, atol=1e-6)
    assert layers["weight"].shape == (2, 4, 8)  # folds, classes, members times classes
    for name in ("ensemble", "average"):
        fold = results[name].predictions.fold
        assert fold is not None
        train = rows.splits == "train"
        assert set(fold[train].tolist()) == {0, 1}
        assert (fold[~train] == NO_FOLD).all()
        config = read_json(results[name].run_folder / "config.json")
        assert config["members"] == {member: results[member].run_folder.name for member in MEMBERS}


def test_what_combines_others_does_not_count_again(finished: Finished) -> None:
    audit = finished.audit
    # No architecture is frozen, so no other voter stands beside them.
    assert audit.findings.voters == tuple(architecture.name for architecture in audit.voters)
    predicted = [architecture.predictions.probs.argmax(1) for architecture in audit.voters]
    np.testing.assert_array_equal(audit.disagreement(), predicted[0] != predicted[1])


def test_it_draws_no_map_of_its_own(finished: Finished) -> None:
    drawn = {
        architecture.name: (architecture.run_folder / "cams").is_dir() for architecture in finished.audit.architectures
    }
    assert drawn == {**dict.fromkeys(MEMBERS, True), "average": False, "ensemble": False}
    assert not any(name in record.name for record in finished.audit.stages for name in ("map e", "map a", "cams e"))


def test_it_is_in_fiftyone(finished: Finished) -> None:
    dataset = store.load_dataset(finished.workspace, f"errata-{finished.spec.name}")
    for name in ("ensemble", "average"):
        architecture = next(result for result in finished.audit.architectures if result.name == name)
        shown = dict(zip(dataset.values("image_id"), dataset.values(f"{name}.label"), strict=True))
        classes = finished.audit.rows.classes
        assert shown == {
            str(image_id): classes[best]
            for image_id, best in zip(
                finished.audit.rows.image_ids, architecture.predictions.probs.argmax(1), strict=True
            )
        }
        assert f"{name}_label_quality" in dataset.get_field_schema()
        assert f"{name}_emb" not in dataset.get_field_schema()


def test_the_report_names_it_rightly(finished: Finished) -> None:
    folder = finished.workspace.reports / finished.spec.name
    figures = {
        architecture["name"]: architecture for architecture in read_json(folder / "report.json")["architectures"]
    }
    assert figures["ensemble"]["training"] == "layer on members"
    assert figures["average"]["training"] == "mean of members"
    assert figures["ensemble"]["members"] == list(MEMBERS)
    assert figures["ensemble"]["splits"]["train"]["measured"] == "out of fold"
    assert figures["ensemble"]["splits"]["test"]["measured"] == "mean of 2 fold models"
    page = (folder / "report.html").read_text()
    sentence = "<b>ensemble</b>: one linear layer on the out-of-fold logits of simple_cnn and simple_cnn_tanh"
    assert sentence in page
    assert "<b>average</b>: the plain mean of the probabilities of simple_cnn and simple_cnn_tanh" in page
    assert "Combinations of them are not counted again: average and ensemble." in page


def test_nothing_is_done_twice_whatever_the_order_of_the_names(finished: Finished) -> None:
    turned = replace(CONFIG, architectures=("average", *MEMBERS[::-1], "ensemble"))
    finished.again()
    assert finished.redone() == set()
    again = finished.again(turned)
    assert not any(name.startswith("train") for name in finished.redone())
    assert {architecture.name: architecture.run_folder.name for architecture in again.architectures} == {
        architecture.name: architecture.run_folder.name for architecture in finished.audit.architectures
    }


def test_damaged_predictions_of_a_member_and_of_a_combination_are_made_again(finished: Finished) -> None:
    kept = {}
    for architecture in finished.again().architectures:
        if architecture.name in ("simple_cnn", "average"):
            file = architecture.run_folder / "predictions.npz"
            kept[file] = read_arrays(file)["probs"]
            file.write_bytes(file.read_bytes()[:100])
    (finished.audit.folder / "results.json").unlink()  # it names the run folders
    finished.again()
    assert finished.redone() == {"train simple_cnn", "train average"}
    for file, probs in kept.items():
        np.testing.assert_array_equal(read_arrays(file)["probs"], probs)


def test_another_seed_or_another_member_is_another_ensemble(finished: Finished) -> None:
    before = {architecture.name: architecture.run_folder for architecture in finished.audit.architectures}
    after = {
        architecture.name: architecture.run_folder
        for architecture in finished.again(replace(CONFIG, seed=1)).architectures
    }
    assert "train ensemble" in finished.redone()
    assert all(before[name] != after[name] for name in ("ensemble", "average"))
    finished.again()
    assert load_audit(finished.workspace, finished.spec.name).architectures[-1].run_folder == before["ensemble"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("ensemble",), "ensemble combines the other .* --architectures ensemble names 0; name at least two beside"),
        (("average", "simple_cnn"), "average combines the other architectures, .* names 1; name at least two"),
        (("simple_cnn", "average", "ensemble"), "average combines .* names 1"),
        (("simple_cnn", "simple_cnn_tanh", "ensemble", "ensemble"), "named twice"),
        (("simple_cnn", "simple_cnn_tanh", "ensemble@frozen"), "no architecture 'ensemble'"),
    ],
)
def test_nothing_to_combine(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(ErrataError, match=message):
        AuditConfig(names).checked()


def test_combinations_are_put_behind_their_members() -> None:
    checked = CONFIG.checked()
    assert checked.architectures == (*MEMBERS, "ensemble", "average")
    assert checked.checked() == checked
