import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.files.tables import csv_for_people, csv_text, write_csv


def test_cells_with_several_parts_are_joined() -> None:
    assert csv_text(("image", "labels"), [("a.png", ("sea", "street")), ("b.png", [])]) == (
        "image,labels\na.png,sea|street\nb.png,\n"
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    lines = [["a,b.png", 'says "sea"', "1"], ["ü\nx.png", "", "0.5"]]
    write_csv(tmp_path / "table.csv", ("image", "note", "share"), lines)
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["image", "note", "share"], *lines]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n\",'=")), min_size=1, max_size=3)
)
def test_any_name_is_read_back(names: list[str]) -> None:
    rows = [names, ["a\rb.png"] * len(names), ["\r\n"] * len(names)]
    text = csv_text(["column"] * len(names), rows)
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == rows


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd()", "'=cmd()"), ("+1+2", "'+1+2"), ("-a.png", "'-a.png"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"), ("\r1", "'\r1"), (("=x", "sea"), "'=x|sea"),
        ("-0.25", "-0.25"), (-3, "-3"), ("+7", "+7"), ("a=b", "a=b"), ("", ""),
    ],
)  # fmt: skip
def test_no_cell_for_a_spreadsheet_is_a_formula(cell: object, written: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_for_people(["a", "b"], [[cell, "x"]]), newline="")))
    assert rows[1] == [written, "x"]
    assert csv_text(["a"], [["=kept"]]) == "a\n=kept\n"  # for programs, which look for the file of that name
