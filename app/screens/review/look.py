"""The image under review and what speaks for either label, as pieces of HTML."""

from html import escape

import streamlit as st

from app.html_parts.charts import quality_bar
from app.html_parts.components import change
from app.html_parts.pictures import picture
from app.screens.review.maps import opinions
from app.screens.review.sitting import Look, Sitting
from app.screens.review.verdicts import phrase
from curation.results.reasons import reasons
from curation.review.budget import stop_sentence

LARGE_PX = 640
SMALL_PX = 128  # twice what is shown
NEIGHBOURS = 7  # of each class


def image_panel(look: Look) -> None:
    """Show the image, large, with its labels."""
    bench, row = look.sitting.bench, look.row
    rows, classes = bench.audit.rows, bench.ledger.classes
    given, other = classes[look.label], classes[look.other]
    if look.sitting.blind:
        title, quality = f'Given label <span class="er-given">{escape(given)}</span>', ""
        why = ""
    else:
        fits = f'<span class="er-given">{escape(given)}</span> <small>the models agree</small>'
        title = change(given, other) if look.suspicious else fits
        why = f"<p>{escape(reasons(bench.audit, [row])[0])}</p>"
        quality = f"<span>Label quality {quality_bar(float(bench.audit.consensus.label_quality[row]))}</span>"
    width, height = bench.audit.checked.sizes_px[row]
    about = f"{escape(look.image_id)} · {width} × {height} px · {rows.splits[row]}"  # noqa: RUF001
    st.html(
        f'<div class="er-look"><div class="er-look-head"><h3>{title}</h3>{quality}</div>'
        f'<img src="{picture(rows.root / look.image_id, LARGE_PX)}" alt="{escape(look.image_id)}">'
        f"{why}<p>{about}</p></div>"
    )


def evidence(look: Look) -> None:
    """Show what the models say, the nearest images of both classes, and copies; of a blind look only copies."""
    if look.sitting.blind:
        hidden = "What the models say is hidden until your verdict, and the log notes that it was."
        known = "You have seen what the models say of this image: the log will not call your verdict blind."
        st.html(f'<div class="er-blind"><b>Blind</b><p>{hidden if look.blind else known}</p></div>{_copies(look)}')
        return
    st.html(f"<div>{_sides(look)}{_copies(look)}{_neighbours(look)}</div>")
    opinions(look)


def _sides(look: Look) -> str:
    """Return what each reviewer says, where the verdict is to settle a dispute."""
    if not look.sitting.settles:
        return ""
    with look.sitting.bench.ledger.reading() as state:
        own = state.verdicts(look.image_id)
    said = "".join(f"<li><b>{escape(phrase(one))}</b> <small>{escape(who)}</small></li>" for who, one in own.items())
    return f'<div class="er-sides"><span>Reviewers disagree; your verdict settles it.</span><ul>{said}</ul></div>'


def warm(look: Look) -> None:
    """Draw what the next look shows, so that it is there when the key is pressed."""
    rows = look.sitting.bench.audit.rows
    picture(rows.root / look.image_id, LARGE_PX)
    if not look.sitting.blind:
        _neighbours(look)


def preload(look: Look) -> str:
    """Return the next image, unseen: the browser has it decoded when the key is pressed."""
    path = look.sitting.bench.audit.rows.root / look.image_id
    return f'<img class="er-next" src="{picture(path, LARGE_PX)}" alt="" aria-hidden="true">'


def _neighbours(look: Look) -> str:
    classes = look.sitting.bench.ledger.classes
    lines = [
        _strip(look, f'most like it in <b class="er-{kind}">{escape(classes[label])}</b>', label)
        for kind, label in (("given", look.label), ("other", look.other))
    ]
    return f'<div class="er-nearest">{"".join(lines)}</div>' if any(lines) else ""


def _strip(look: Look, caption: str, label: int) -> str:
    rows = look.sitting.bench.audit.rows
    own = look.sitting.bench.neighbours(look.row, label, NEIGHBOURS)
    images = "".join(_small(str(rows.image_ids[other]), look) for other in own)
    return f"<div><span>{caption}</span>{images}</div>" if own else ""


def _small(image_id: str, look: Look) -> str:
    path = look.sitting.bench.audit.rows.root / image_id
    return f'<img src="{picture(path, SMALL_PX)}" alt="{escape(image_id)}" title="{escape(image_id)}">'


def _copies(look: Look) -> str:
    audit = look.sitting.bench.audit
    groups, rows = audit.duplicates.groups, audit.rows
    own = [int(one) for one in (groups == groups[look.row]).nonzero()[0] if one != look.row]
    if not own:
        return ""
    named = "".join(
        f"{_small(str(rows.image_ids[one]), look)}<span>{escape(rows.classes[rows.labels[one]])}"
        f"<small>{rows.splits[one]}</small></span>"
        for one in own[:4]
    )
    more = f" and {len(own) - 4} more" if len(own) > 4 else ""
    return f'<div class="er-copies"><span>The same picture{more}:</span>{named}</div>'


def progress(sitting: Sitting) -> str:
    """Return how far the review is, how many wrong labels are left, and what going on would bring."""
    standing = sitting.bench.standing(sitting.split, sitting.reviewer)
    budget, share = standing.budget, standing.judged / standing.images
    figures = (
        f"<b>{standing.judged:,}</b> of {standing.images:,} images judged, {standing.by_reviewer:,} by you; "
        f"<b>{budget.found:,}</b> wrong labels"
    )
    sentence, note = (said[:1].upper() + said[1:] for said in (stop_sentence(budget), budget.note))
    return (
        f'<div class="er-progress"><p>{figures}</p><div class="er-track"><span style="width:{share:.2%}"></span></div>'
        f"<p>{escape(sentence)}. <small>{escape(note)}</small></p></div>"
    )
