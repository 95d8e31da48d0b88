"""Links that change the address of the page without loading it anew; the browser's way back leads back."""

from html import escape
from urllib.parse import urlencode

import streamlit as st

# A changed address is to Streamlit what the browser's own way back is. Another tab is the browser's own matter.
_LISTENER = """<script>
if (!window.errataPicks) {
  window.errataPicks = true;
  document.addEventListener("click", event => {
    const own = event.target.closest ? event.target.closest("[data-pick]") : null;
    if (!own || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = new URL(location.href);
    for (const [name, value] of new URLSearchParams(own.dataset.pick))
      value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  });
}
</script>"""


def hear_picks() -> None:
    """Hear the clicks on links of `pick`, once a page."""
    st.html(_LISTENER, width="content", unsafe_allow_javascript=True)


def pick(inner: str, kind: str, title: str = "", **choices: str) -> str:
    """Return a link around a piece of HTML that changes the address; it opens in another tab too.

    Args:
        inner: HTML, its names escaped.
        kind: the link's class.
        title: what a screen reader, and the mouse over it, says.
        **choices: what goes into the address; what is empty is taken out of it.
    """
    now = {**st.query_params.to_dict(), **choices}
    address = urlencode({name: value for name, value in now.items() if value})
    said = f' title="{escape(title)}" aria-label="{escape(title)}"' if title else ""
    return f'<a class="{kind}" href="?{escape(address)}" data-pick="{escape(urlencode(choices))}"{said}>{inner}</a>'
