"""A selection as a saved view, with a real MongoDB."""

import numpy as np
import pytest

from curation.database.store import load_dataset, read_values
from curation.in_fiftyone.selection_view import save_selection_view
from curation.in_fiftyone.write_audit import write_audit
from curation.review.selections import save_selection
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit


def test_the_view_holds_the_selection_the_worst_first(mongo_workspace: Workspace) -> None:
    audit = small_audit(mongo_workspace, "chosen", cams=0)
    write_audit(mongo_workspace, audit)
    rows = np.array([1, 12, 20])
    save_selection(mongo_workspace, "chosen", "far_away", audit.rows.image_ids[rows].tolist(), "by hand")
    assert save_selection_view(mongo_workspace, "chosen", "far_away") == "selection-far-away"
    dataset = load_dataset(mongo_workspace, "errata-chosen")
    (image_ids,) = read_values(dataset.load_saved_view("selection far_away"), ["image_id"])
    worst = rows[np.argsort(audit.consensus.label_quality[rows], kind="stable")]
    assert image_ids == audit.rows.image_ids[worst].tolist()
    assert "selection-far-away" in [view.slug for view in dataset._doc.saved_views]


def test_no_such_selection(mongo_workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match="no selection 'nothing'"):
        save_selection_view(mongo_workspace, "chosen", "nothing")
