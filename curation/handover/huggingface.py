"""The files beside an exported image folder that Hugging Face's datasets library reads, and what it cannot hold."""

import json
import re
from pathlib import Path

import yaml

from curation.handover.exported import Exported
from curation.handover.tree import safe_name
from models.errors import ErrataError
from models.files.atomic import atomic, write_text

# The datasets library takes a folder for a split where one of these words stands alone in its name (data_files.py).
_SPLIT_WORD = re.compile(
    r"(^|[-._ 0-9])(train|training|validation|valid|dev|val|test|testing|eval|evaluation)([-._ 0-9]|$)"
)


def write_huggingface(folder: Path, exported: Exported) -> None:
    """Write the card, and in the folder of each split metadata.parquet, which the datasets library reads.

    It has the path, label (a ClassLabel, with the classes of the version) and image_id of each image. Without it the
    library would take the folder that an image lies in for its class, and images could not keep their folders.
    """
    import pyarrow  # screens that offer the format never write it
    from pyarrow import parquet

    write_card(folder, exported)
    for place in sorted({item.target.partition("/")[0] for item in exported.items}):
        items = [item for item in exported.items if item.target.startswith(f"{place}/")]
        columns = {
            "file_name": [item.target.removeprefix(f"{place}/") for item in items],
            "label": [exported.classes.index(item.label) for item in items],
            "image_id": [item.image_id for item in items],
        }
        text = {"dtype": "string", "_type": "Value"}
        features = {
            "file_name": text,
            "label": {"names": list(exported.classes), "_type": "ClassLabel"},
            "image_id": text,
        }
        about = {"huggingface": json.dumps({"info": {"features": features}})}
        with atomic(folder / place / "metadata.parquet") as temporary:
            parquet.write_table(pyarrow.table(columns).replace_schema_metadata(about), temporary)


def write_card(folder: Path, exported: Exported) -> None:
    """Write README.md, the card that tells the datasets library the folders of the splits."""
    folders = sorted({item.target.split("/")[0] for item in exported.items}, key=("train", "validation", "test").index)
    data_files = [{"split": split, "path": f"{split}/**"} for split in folders]
    card = {
        "pretty_name": exported.about["title"],
        "configs": [{"config_name": "default", "data_files": data_files}],
    }
    front_matter = yaml.safe_dump(card, allow_unicode=True, sort_keys=False)
    lines = (
        f"Version `{exported.version}` of `{exported.name}`, curated with Errata; content hash `{exported.sha256}`.",
        f"Licence of the images: {' '.join(exported.about['licence'].split()) or 'not known'}.",
        "`manifest.json` holds the hash of every file.",
    )
    text = "\n".join(lines)
    write_text(folder / "README.md", f"---\n{front_matter}---\n\n{text}\n")


def check_huggingface(exported: Exported) -> None:
    """Raise if the datasets library would take a class folder for a split.

    Raises:
        ErrataError: with the name of the class.
    """
    for name in exported.classes:
        if _SPLIT_WORD.search(safe_name(name)):
            raise ErrataError(
                f"the datasets library would take the class {name!r} for a split; export it as csv or imagefolder"
            )
