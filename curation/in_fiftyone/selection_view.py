"""A selection as a saved view of the FiftyOne dataset."""

from curation.database.answering import answering
from curation.database.names import IMAGE_ID, LABEL_QUALITY, dataset_name, selection_view, view_in_links
from curation.database.store import load_dataset
from curation.review.selections import load_selection
from curation.words import counted
from curation.workspace.folders import Workspace


def save_selection_view(workspace: Workspace, dataset: str, name: str) -> str:
    """Save a selection as a view, most suspicious first, and return the view's name in links.

    Args:
        workspace: its database.
        dataset: name of the audited data set.
        name: of the selection; the view of an earlier selection of that name is replaced.

    Raises:
        ErrataError: there is no such selection, FiftyOne has no such dataset, or MongoDB is missing or does not answer.
    """
    image_ids = list(load_selection(workspace, dataset, name).image_ids)
    fiftyone_dataset = load_dataset(workspace, dataset_name(dataset))
    with answering():
        stages = fiftyone_dataset.select_by(IMAGE_ID, image_ids).sort_by(LABEL_QUALITY)
        description = f"{counted(len(image_ids), 'image')} selected"
        if (there := stages.count()) < len(image_ids):
            description += f", {there:,} of them in FiftyOne"
        fiftyone_dataset.save_view(selection_view(name), stages, description=description, overwrite=True)
    return view_in_links(selection_view(name))
