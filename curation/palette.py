"""The colours of classes, the same wherever a class is shown."""

# Okabe & Ito's colours, told apart by every kind of colour vision, then Tol's for more classes.
PALETTE = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#332288", "#88ccee", "#44aa99",
    "#117733", "#999933", "#ddcc77", "#cc6677", "#882255", "#aa4499",
)  # fmt: skip
