"""Every architecture, in every spelling, has its fields in the FiftyOne dataset."""

import shutil
from typing import Any

import pytest

from curation.database import store
from curation.database.names import dataset_name
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import load_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, slug
from models.files.atomic import write_json
from models.networks.architectures import ARCHITECTURES
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import ARCHITECTURES as AUDITED
from tests.helpers.small_audit import small_audit

pytestmark = pytest.mark.mongo
NAMES = (*ARCHITECTURES, "resnet18@finetuned", "timm:test_vit.r160_in1k@scratch", "torchvision:squeezenet1_1")


def test_each_has_predictions_scores_and_embeddings(mongo_workspace: Workspace) -> None:
    name = "many"
    audit = small_audit(mongo_workspace, name, cams=0)
    folder = audit_folder(mongo_workspace, name)
    source = {architecture.name: architecture.run_folder for architecture in audit.architectures}[AUDITED[0]]
    results: dict[str, Any] = read_json(folder / "results.json")
    for place, architecture in enumerate(NAMES):
        if architecture not in results["runs"]:
            run = f"{name}-{place}-00000000"
            shutil.copytree(source, mongo_workspace.runs / run)
            results["runs"][architecture] = run
    write_json(folder / "results.json", results)
    audit = load_audit(mongo_workspace, name)
    assert len(audit.architectures) == len(NAMES)
    write_audit(mongo_workspace, audit)
    schema = set(store.load_dataset(mongo_workspace, dataset_name(name)).get_field_schema())
    for architecture in NAMES:
        field = slug(architecture)
        assert field.replace("_", "").isalnum()
        expected = {field, f"{field}_label_quality", f"{field}_suggested_label", f"{field}_emb"}
        assert expected <= schema, architecture
