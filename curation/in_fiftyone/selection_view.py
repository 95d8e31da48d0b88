"""A selection as a saved view of the FiftyOne dataset."""

from curation.database.store import answering, load_dataset
from curation.in_fiftyone.write_audit import dataset_name
from curation.review.selections import load_selection, view_name
from curation.workspace.folders import Workspace


def save_selection_view(workspace: Workspace, dataset: str, name: str) -> str:
    """Save a selection as a view, most suspicious first, and return the view's name in links.

    Args:
        workspace: its database.
        dataset: name of the audited data set.
        name: of the selection; a view of an earlier one of that name is replaced.

    Raises:
        ErrataError: there is no such selection, FiftyOne has no such dataset, or MongoDB is missing or does not answer.
    """
    image_ids = list(load_selection(workspace, dataset, name).image_ids)
    found = load_dataset(workspace, dataset_name(dataset))
    with answering():
        stages = found.select_by("image_id", image_ids).sort_by("label_quality")
        found.save_view(f"selection {name}", stages, description=f"{len(image_ids)} images selected", overwrite=True)
    return view_name(name)
