"""What the words and numbers on the screens mean, in a sentence each: the mouse over them shows it."""

from markupsafe import Markup

from curation.decisions.verdicts import MOVES, REVERSALS, VERDICTS

MEANINGS = {
    "label quality": "How probable it is that the given label is right, by models that did not train on this image: "
    "0 = suspicious, 1 = sound",
    "probability": "How probable this network finds the class, from 0 to 100 %",
    "wrong": "Another class fits the image",
    "ambiguous": "Two classes fit the image, the given one among them",
    "out of scope": "None of the classes fits the image",
    "hard but right": "The given class fits best, but by little",
    "images": "Images that could be read",
    "classes": "Different labels",
    "with image problems": "Too dark, too bright, blurred, empty or of an odd shape",
    "with a copy": "Exact or near duplicates of another image of the data set",
    "leaks": "Images outside train with a copy in train: a network has seen them before the test",
    "files skipped": "Files that could not be read",
    "skipped": "Files that could not be read",
    "labels changed": "Labels that differ from those as given",
    "left out": "Images that a verdict takes out of the version",
}


def meaning(word: str) -> str:
    """Return what a word means, empty where it says it itself."""
    return MEANINGS.get(word, "")


def explained(word: str) -> Markup:
    """Return a word as HTML whose meaning the mouse over it shows."""
    return Markup('<b title="{}">{}</b>').format(meaning(word), word)


def purposes() -> dict[str, str]:
    """Return what each key of the review does: key as on its button -> sentence, from the table of verdicts."""
    return {
        **{verdict.key: verdict.purpose for verdict in VERDICTS.values()},
        **{key: purpose for key, _, purpose in REVERSALS.values()},
        **{key: f"{purpose}: the image stays as it is" for key, _, purpose in MOVES.values()},
    }
