"""Every name that Errata gives in FiftyOne: datasets, fields, saved views, and views in links.

A dataset that was written under another name of a field has the new one only after `errata rebuild`.
The plugin's page (curation/in_fiftyone/review_plugin/index.js) repeats GIVEN and SUGGESTED; a test compares them.
The tags that people may set are verdicts: see `curation.decisions.verdicts`.
"""

from models.errors import ErrataError

_PREFIX = "errata-"

# Fields of every audit
IMAGE_ID = "image_id"
SPLIT = "split"
GIVEN = "ground_truth"  # the label as given; never edited
CURATED = "curated"  # the working label; edited by people
SUGGESTED = "suggested_label"
LABEL_QUALITY = "label_quality"
DUPLICATE_GROUP = "duplicate_group"
HAS_DUPLICATE = "has_duplicate"
LEAK = "leak"
LEAK_PAIR = "leak_pair"
CONFLICTING_LABELS = "conflicting_labels"
KIND = "kind"
FLAGGED = "flagged"
AGAINST = "against"
WHY = "why"
IMAGE_PROBLEMS = "image_problems"
RANDOM_SAMPLE = "random_sample"  # only where FiftyOne has a part of the images

# Fields of a review
DECISION = "decision"
REVIEWER = "reviewer"
REVIEWED_AT = "reviewed_at"
REVIEWERS_DISAGREE = "reviewers_disagree"
CURATED_IN_LOG = "curated_in_log"
REVIEW_ORDER = "review_order"
FIXED_ORDER = "fixed_review_order"

# Saved views; those of one kind of trouble are named by the kind
ALL_VIEW = "all"
PART_VIEW = "part of the images"
SAMPLE_VIEW = "random sample"
TO_REVIEW = "to review"  # the names of all queues begin with it
DISAGREEMENT_VIEW = "disagreement"
CONFLICTS_VIEW = "conflicting labels"
LEAKS_VIEW = "leaks"
DUPLICATES_VIEW = "duplicates"
PROBLEMS_VIEW = "image problems"
NOT_JUDGED_VIEW = "not judged yet"
REVIEWED_VIEW = "reviewed"
REVIEWERS_DISAGREE_VIEW = "reviewers disagree"
CHANGED_LABELS_VIEW = "changed labels"


def dataset_name(name: str) -> str:
    """Return the name of the FiftyOne dataset of an audited data set."""
    return f"{_PREFIX}{name}"


def audit_of_dataset(dataset: str) -> str:
    """Return the name of the audited data set of a FiftyOne dataset.

    Raises:
        ErrataError: `write_audit` did not write it.
    """
    if not dataset.startswith(_PREFIX):
        raise ErrataError(f"FiftyOne dataset {dataset!r} is not one of Errata's; open one that `errata audit` wrote")
    return dataset.removeprefix(_PREFIX)


def label_of(field: str) -> str:
    """Return the path of the class name in a classification field."""
    return f"{field}.label"


def logits_of(field: str) -> str:
    """Return the path of the logits in a classification field."""
    return f"{field}.logits"


def score_field(name: str) -> str:
    """Return the field of the score of a kind of trouble, or of a check for image problems."""
    return f"{name}_score"


def prediction_field(slug: str) -> str:
    """Return the field of the predictions of an architecture; the other fields of the architecture begin with it."""
    return slug


def quality_field(slug: str) -> str:
    """Return the field of the label quality by one architecture."""
    return f"{slug}_label_quality"


def suggestion_field(slug: str) -> str:
    """Return the field of the label that one architecture suggests."""
    return f"{slug}_suggested_label"


def given_map_field(slug: str) -> str:
    """Return the field of an architecture's Grad-CAM maps for the given label."""
    return f"{slug}_cam_given"


def suggested_map_field(slug: str) -> str:
    """Return the field of an architecture's Grad-CAM maps for the suggested label."""
    return f"{slug}_cam_suggested"


def embedding_field(slug: str) -> str:
    """Return the field of the embeddings of an architecture."""
    return f"{slug}_emb"


def projection_key(slug: str) -> str:
    """Return the name of an architecture's two-dimensional map in the embeddings panel."""
    return f"{slug}_map"


def evaluation_key(slug: str) -> str:
    """Return the name of an architecture's evaluation, and of the field that says which images it got right."""
    return f"eval_{slug}"


def to_review_view(split: str | None = None, fixed: bool = False) -> str:
    """Return the name of the queue of a split, or of all splits; it learns from verdicts, or its order is fixed."""
    return f"{TO_REVIEW}{f' {split}' if split else ''}{' in fixed order' if fixed else ''}"


def suspicious_view(split: str) -> str:
    """Return the name of the view of the most suspicious labels of a split."""
    return f"suspicious {split}"


def verdict_view(verdict: str) -> str:
    """Return the name of the view of the images with one verdict."""
    return f"verdict {verdict}"


def selection_view(name: str) -> str:
    """Return the name of the view of a selection."""
    return f"selection {name}"


def view_in_links(view: str) -> str:
    """Return how addresses of the FiftyOne App name a saved view: `to review test` as `to-review-test`."""
    return view.replace(" ", "-").replace("_", "-")
