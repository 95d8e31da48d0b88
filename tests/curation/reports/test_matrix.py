"""Confusion matrices: numbers by hand, names escaped."""

from markupsafe import Markup

from curation.reports.matrix import (
    Cell,
    commonest,
    commonest_list,
    confusion_matrix,
    fits,
    matrix_cells,
    matrix_legend,
    shares,
    worst_confusion,
)

COUNTS, CLASSES = [[3, 1], [0, 5]], ["<b>", 'a"b']


def test_matrices_are_shaded_on_one_scale() -> None:
    first, second = [[8, 2], [0, 10]], [[5, 5], [1, 9]]
    assert worst_confusion([first, second]) == 0.5
    assert shares([[0, 0], [1, 3]]).tolist() == [[0, 0], [0.25, 0.75]]
    assert worst_confusion([[[3]]]) == 0.0
    cells = matrix_cells(first, ["a", "b"], 0.5)
    assert [[round(cell.depth, 6) for cell in row] for row in cells] == [[0.8, 0.4], [0.0, 1.0]]
    assert cells[0][1].title == "given a, predicted b: 2 images, 20.0 % of those given a"
    assert [cell.kinds for row in cells for cell in row] == ["same deep", "other", "other zero", "same deep"]


def test_a_table_escapes_names() -> None:
    html = confusion_matrix(COUNTS, CLASSES, 0.25, column="shown", row="label", chosen=(0, 1))
    assert "<b>" not in html
    assert '<th scope="row">&lt;b&gt;</th>' in html
    assert "label ↓ shown →" in html
    assert '<td class="same deep" style="--depth:75%"' in html
    assert '<td class="other deep chosen" style="--depth:100%"' in html
    assert 'title="label &lt;b&gt;, shown a&#34;b: 1 image, 25.0 % of those label &lt;b&gt;">1</td>' in html


def test_a_cell_holds_what_it_is_given() -> None:
    def inside(cell: Cell) -> Markup:
        return Markup("<u>{}</u>").format(cell.count)

    html = confusion_matrix(COUNTS, CLASSES, 0.25, inside=inside)
    assert html.count("<u>") == 4
    assert "<u>5</u></td>" in html


def test_many_classes_are_listed() -> None:
    assert fits(["a"] * 20)
    assert not fits(["a"] * 21)
    assert "Over 20 classes: the commonest confusions" in matrix_legend(0.5, ["a"] * 21)
    assert "beside it, 0 to 50 %" in matrix_legend(0.5, ["a"] * 20)


def test_the_commonest_confusions_first() -> None:
    counts = [[1, 2, 0], [5, 0, 0], [0, 0, 9]]
    assert commonest(counts) == [(1, 0, 5, 5), (0, 1, 2, 3)]
    assert commonest(counts, 1) == [(1, 0, 5, 5)]
    assert "5 of 5" in commonest_list(counts, ["a", "b", "c"])
    assert "No confusion at all." in commonest_list([[1, 0], [0, 1]], ["a", "b"])
