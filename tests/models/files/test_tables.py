import csv
from pathlib import Path

from models.files.tables import csv_text, write_csv


def test_cells_with_several_parts_are_joined() -> None:
    assert csv_text(("image", "labels"), [("a.png", ("sea", "street")), ("b.png", [])]) == (
        "image,labels\na.png,sea|street\nb.png,\n"
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    lines = [["a,b.png", 'says "sea"', "1"], ["ü\nx.png", "", "0.5"]]
    write_csv(tmp_path / "table.csv", ("image", "note", "share"), lines)
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["image", "note", "share"], *lines]
