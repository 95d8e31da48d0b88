"""An audit in FiftyOne, read back field by field from a real MongoDB."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.database import store, views
from curation.database.documents import Column, replace_values
from curation.database.names import dataset_name
from curation.decisions.verdicts import VERDICTS
from curation.images.duplicates import Duplicates
from curation.images.problems import CHECKS, ImageProblems
from curation.in_fiftyone.audit_fields import judgement_columns, problem_columns
from curation.in_fiftyone.audit_views import audit_views
from curation.in_fiftyone.write_audit import write_audit, write_judgement
from curation.results.audit import Audit
from curation.scoring.kinds import NAMES, kinds_of
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import ARCHITECTURES, CLASSES, CONFUSED, COPY, ORIGINAL, WRONG, small_audit

pytestmark = pytest.mark.mongo


@pytest.fixture(scope="module")
def audit(mongo_workspace: Workspace) -> Audit:
    audit = small_audit(mongo_workspace, "shown")
    scores = np.linspace(0.1, 1, len(audit.rows) * len(CHECKS), dtype=np.float32).reshape(-1, len(CHECKS))
    flags = np.zeros(scores.shape, bool)
    flags[2, [0, 2]] = flags[5, 6] = True
    return replace(audit, problems=ImageProblems(scores, flags))


@pytest.fixture(scope="module")
def dataset(mongo_workspace: Workspace, audit: Audit) -> Any:
    told: list[tuple[int, int]] = []
    write_audit(mongo_workspace, audit, lambda *event: told.append(event))
    assert told[-1] == (2, 2)
    return store.load_dataset(mongo_workspace, dataset_name("shown"))


def values(dataset: Any, field: str) -> dict[str, Any]:
    """Return the values of a field by image_id."""
    ids, stored = store.read_values(dataset, ["image_id", field])
    return dict(zip(ids, stored, strict=True))


def test_every_image_with_its_given_label_and_split(dataset: Any, audit: Audit) -> None:
    rows = audit.rows
    given = [rows.classes[label] for label in rows.labels]
    assert values(dataset, "ground_truth.label") == dict(zip(rows.image_ids.tolist(), given, strict=True))
    assert values(dataset, "curated.label") == values(dataset, "ground_truth.label")
    assert values(dataset, "split") == dict(zip(rows.image_ids.tolist(), rows.splits.tolist(), strict=True))
    assert values(dataset, "filepath") == {str(i): str(rows.root / str(i)) for i in rows.image_ids}
    assert dataset.default_classes == list(CLASSES)
    assert dataset.persistent


def test_scores_and_suggestions(dataset: Any, audit: Audit) -> None:
    ids = audit.rows.image_ids.tolist()
    for field, ranking in {
        "": audit.consensus,
        **{f"{architecture.slug}_": architecture.ranking for architecture in audit.architectures},
    }.items():
        quality = values(dataset, f"{field}label_quality")
        np.testing.assert_allclose([quality[i] for i in ids], ranking.label_quality, rtol=1e-6)
        suggested = values(dataset, f"{field}suggested_label.label")
        expected = [
            CLASSES[new] if new != old else None for new, old in zip(ranking.suggested, audit.rows.labels, strict=True)
        ]
        assert [suggested[i] for i in ids] == expected
    assert {i: label for i, label in values(dataset, "suggested_label.label").items() if i in WRONG} == WRONG


def test_predictions_embeddings_and_logits_that_give_the_probabilities_back(dataset: Any, audit: Audit) -> None:
    for architecture in audit.architectures:
        logits = values(dataset, f"{architecture.slug}.logits")
        label, confidence = (
            values(dataset, f"{architecture.slug}.label"),
            values(dataset, f"{architecture.slug}.confidence"),
        )
        embeddings = values(dataset, f"{architecture.slug}_emb")
        assert architecture.predictions.embeddings is not None
        for row, image_id in enumerate(audit.rows.image_ids.tolist()):
            probs, odds = architecture.predictions.probs[row], np.exp(logits[image_id])
            np.testing.assert_allclose(odds / odds.sum(), probs, atol=1e-5)
            assert label[image_id] == CLASSES[int(probs.argmax())]
            assert confidence[image_id] == pytest.approx(probs.max())
            np.testing.assert_allclose(embeddings[image_id], architecture.predictions.embeddings[row], rtol=1e-6)


def test_maps_of_attention_point_to_files_that_are_there(dataset: Any, audit: Audit) -> None:
    for architecture in audit.architectures:
        for field in ("cam_given", "cam_suggested"):
            paths = [path for path in values(dataset, f"{architecture.slug}_{field}.map_path").values() if path]
            assert len(paths) == 8  # four images of each of two splits
            assert all(Path(path).is_file() for path in paths)


def test_duplicates(dataset: Any, audit: Audit) -> None:
    ids, twins = audit.rows.image_ids.tolist(), audit.duplicates
    for field, expected in {
        "leak": twins.leaks(audit.rows.splits),
        "has_duplicate": twins.shared(),
        "leak_pair": np.isin(ids, (COPY, ORIGINAL)),
        "conflicting_labels": twins.conflicting(audit.rows.labels),
        "duplicate_group": twins.groups,
    }.items():
        stored = values(dataset, field)
        assert [stored[i] for i in ids] == expected.tolist()


def test_image_problems(dataset: Any, audit: Audit) -> None:
    assert audit.problems is not None
    ids, named = audit.rows.image_ids.tolist(), values(dataset, "image_problems")
    expected = {ids[2]: ["dark", "blurry"], ids[5]: ["grayscale"]}
    assert named == {image_id: expected.get(image_id) for image_id in ids}
    for column, check in enumerate(CHECKS):
        stored = values(dataset, f"{check}_score")
        np.testing.assert_allclose([stored[i] for i in ids], audit.problems.scores[:, column], rtol=1e-6)
    assert view_ids(dataset, "image problems") == [ids[2], ids[5]]


def test_views_that_would_hold_nothing_are_not_saved(audit: Audit) -> None:
    names = {view.name for view in audit_views(audit)}
    assert {"duplicates", "leaks", "image problems"} <= names
    assert "conflicting labels" not in names  # the one pair of copies agrees
    n, none = len(audit.rows), np.zeros(len(audit.rows), bool)
    labels = audit.rows.labels.copy()
    labels[audit.rows.image_ids == COPY] = 0
    relabelled = replace(audit.checked, rows=replace(audit.rows, labels=labels))
    assert "conflicting labels" in {view.name for view in audit_views(replace(audit, checked=relabelled))}
    nothing = replace(audit, duplicates=Duplicates(np.arange(n), none, none), problems=None)
    assert not {view.name for view in audit_views(nothing)} & {"duplicates", "leaks", "image problems"}
    assert problem_columns(nothing) == []


def view_ids(dataset: Any, name: str) -> list[str]:
    ids: list[str] = dataset.load_saved_view(name).values("image_id")
    return ids


def test_saved_views(dataset: Any, audit: Audit) -> None:
    copies_and_problems = ["leaks", "duplicates", "image problems"]
    kinds = [kind for kind, _ in NAMES.values() if kind in audit.findings.kinds.names()]
    queues = ["to review", "to review test", "to review train"]
    review = [*queues, *(f"{queue} in fixed order" for queue in queues)]
    review += ["not judged yet", "reviewed", "reviewers disagree", "changed labels"]
    review += [f"verdict {name}" for name in VERDICTS]
    names = ["all", "suspicious test", "suspicious train", *kinds, "disagreement", *copies_and_problems, *review]
    assert sorted(dataset.list_saved_views()) == sorted(names)
    for kind in kinds:
        shown = dataset.load_saved_view(kind)
        assert len(shown) == audit.findings.kinds.names().count(kind)
        assert shown.values("label_quality") == sorted(shown.values("label_quality"))
    assert sorted(view_ids(dataset, "all")) == sorted(audit.rows.image_ids.tolist())
    for split in ("test", "train"):
        worst = audit.suspects(split)
        worst = worst[audit.consensus.suggested[worst] != audit.rows.labels[worst]]
        assert 0 < len(worst) < len(audit.suspects(split))
        assert view_ids(dataset, f"suspicious {split}") == audit.rows.image_ids[worst].tolist()
    assert set(view_ids(dataset, "disagreement")) == set(audit.rows.image_ids[audit.disagreement()].tolist())
    assert CONFUSED in view_ids(dataset, "disagreement")
    assert set(view_ids(dataset, "leaks")) == {COPY, ORIGINAL}
    assert set(view_ids(dataset, "duplicates")) == set(audit.rows.image_ids[audit.duplicates.shared()].tolist())


def test_saved_views_follow_the_links_of_the_app(dataset: Any) -> None:
    slugs = {view.name: view.slug for view in dataset._doc.get_saved_views()}
    assert slugs["suspicious test"] == "suspicious-test"
    assert slugs["to review test"] == "to-review-test"  # as `errata review` links to it


def test_sidebar_colours_indexes_and_descriptions(dataset: Any) -> None:
    groups = {group.name: group.paths for group in dataset.app_config.sidebar_groups}
    assert {"label", "duplicates", "image problems", "source", *ARCHITECTURES} <= set(groups)
    shown = {path for paths in groups.values() for path in paths}
    (opened,) = [group for group in dataset.app_config.sidebar_groups if group.expanded]
    assert opened.paths == [
        "decision", "reviewer", "split", "ground_truth", "curated", "suggested_label", "label_quality", "kind",
    ]  # fmt: skip
    assert set(dataset.get_field_schema()) <= shown | {"_media_type", "_rand", "_dataset_id"}
    for name in ARCHITECTURES:
        assert f"eval_{name}" in groups[name]
    assert {"label_quality", "ground_truth.label", "split", "image_id"} <= set(dataset.list_indexes())
    colours = {field["path"]: field["valueColors"] for field in dataset.app_config.color_scheme.fields}
    assert [colour["value"] for colour in colours["ground_truth"]] == list(CLASSES)
    assert len({colour["color"] for colour in colours["ground_truth"]}) == 3
    assert dataset.get_field("label_quality").description.startswith("0..1, low = suspicious")
    assert "ground_truth" in dataset.app_config.active_fields.paths


def test_the_given_label_cannot_be_edited(dataset: Any) -> None:
    sample = dataset.first()
    sample.ground_truth.label = "street" if sample.ground_truth.label == "sea" else "sea"
    with pytest.raises(ValueError, match="read-only"):
        sample.save()
    sample.reload()


def test_brain_runs_and_evaluations(dataset: Any, audit: Audit) -> None:
    assert sorted(dataset.list_brain_runs()) == sorted(f"{name}_map" for name in ARCHITECTURES)
    assert sorted(dataset.list_evaluations()) == sorted(f"eval_{name}" for name in ARCHITECTURES)
    for architecture in audit.architectures:
        right = values(dataset, f"eval_{architecture.slug}")
        predicted = architecture.predictions.probs.argmax(1)
        assert [right[i] for i in audit.rows.image_ids.tolist()] == (predicted == audit.rows.labels).tolist()
        points = dataset.load_brain_results(f"{architecture.slug}_map").points
        assert architecture.points is not None
        np.testing.assert_allclose(np.sort(points, 0), np.sort(architecture.points, 0), rtol=1e-5)


def test_writing_again_replaces_and_leaves_nothing_else(mongo_workspace: Workspace, audit: Audit, dataset: Any) -> None:
    write_audit(mongo_workspace, audit)
    again = store.load_dataset(mongo_workspace, dataset_name("shown"))
    assert len(again) == len(audit.rows)
    names = store.connect(mongo_workspace).list_datasets()
    assert names.count("errata-shown") == 1
    assert not [name for name in names if "building" in name]


def test_a_failure_half_way_leaves_the_dataset_that_was_there(
    mongo_workspace: Workspace, audit: Audit, dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ErrataError("killed here")

    monkeypatch.setattr(views, "save_views", fail)
    with pytest.raises(ErrataError, match="killed here"):
        write_audit(mongo_workspace, audit)
    monkeypatch.undo()
    assert "suspicious test" in store.load_dataset(mongo_workspace, dataset_name("shown")).list_saved_views()
    write_audit(mongo_workspace, audit)  # and what was half built is no obstacle


def test_in_sample_predictions_warn_in_the_sidebar(mongo_workspace: Workspace) -> None:
    audit = small_audit(mongo_workspace, "flattered", in_sample=True, cams=0)
    write_audit(mongo_workspace, audit)
    dataset = store.load_dataset(mongo_workspace, dataset_name("flattered"))
    assert any("in-sample" in group.name for group in dataset.app_config.sidebar_groups)
    assert "IN-SAMPLE" in dataset.get_field("label_quality").description
    assert dataset.info["errata"]["in_sample"] is True


def test_an_unknown_dataset_names_those_there_are(mongo_workspace: Workspace, dataset: Any) -> None:
    with pytest.raises(ErrataError, match=r"FiftyOne has no dataset 'nope' \(it has: .*errata-shown"):
        store.load_dataset(mongo_workspace, "nope")


# --- another judgement of the same labels ------------------------------------------------------------------------


def judged_otherwise(audit: Audit) -> Audit:
    """Return the audit with a judgement that suggests other labels, and finds one image out of scope."""
    probs = np.roll(audit.findings.probs, 1, axis=0)
    scope = np.zeros(len(audit.rows), np.float32)
    scope[3] = 0.9
    quality = np.asarray(audit.findings.label_quality[::-1], np.float32)
    kinds = kinds_of(audit.rows.labels, probs, quality, scope)
    return replace(audit, findings=replace(audit.findings, label_quality=quality, probs=probs, kinds=kinds))


def documents(dataset: Any) -> list[dict[str, Any]]:
    """Return all samples without what chance and time gave them."""
    chance = ("_id", "_rand", "_dataset_id", "created_at", "last_modified_at")
    return [
        {
            name: {part: inner for part, inner in value.items() if part != "_id"} if isinstance(value, dict) else value
            for name, value in document.items()
            if name not in chance and value is not None
        }
        for document in dataset._sample_collection.find().sort("image_id")
    ]


def test_another_judgement_is_written_into_the_dataset_as_into_a_new_one(mongo_workspace: Workspace) -> None:
    audit = small_audit(mongo_workspace, "rejudged")
    assert not write_judgement(mongo_workspace, audit)  # there is no dataset yet
    write_audit(mongo_workspace, audit)
    before = store.load_dataset(mongo_workspace, dataset_name("rejudged"))
    ids, first = before.values("id"), documents(before)
    other = judged_otherwise(audit)
    assert write_judgement(mongo_workspace, other)
    after = store.load_dataset(mongo_workspace, dataset_name("rejudged"))
    assert after.values("id") == ids  # the samples stay
    assert (updated := documents(after)) != first
    assert "out of scope" in after.list_saved_views()
    write_audit(mongo_workspace, other)
    assert documents(store.load_dataset(mongo_workspace, dataset_name("rejudged"))) == updated
    assert write_judgement(mongo_workspace, audit)
    back = store.load_dataset(mongo_workspace, dataset_name("rejudged"))
    assert documents(back) == first
    assert "out of scope" not in back.list_saved_views()


def test_another_judgement_of_other_images_or_with_new_fields_is_written_anew(mongo_workspace: Workspace) -> None:
    audit = small_audit(mongo_workspace, "rejudged-elsewhere")
    write_audit(mongo_workspace, audit)
    dataset = store.load_dataset(mongo_workspace, dataset_name("rejudged-elsewhere"))
    columns, ids = judgement_columns(audit), audit.rows.image_ids.tolist()
    assert not replace_values(dataset, "image_id", [*ids[:-1], "another.png"], columns)
    assert not replace_values(dataset, "image_id", ids, [Column("new_field", "", [1.0] * len(ids))])
    assert replace_values(dataset, "image_id", ids, [Column("new_field", "", [None] * len(ids))])
