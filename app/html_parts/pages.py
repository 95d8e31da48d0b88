"""The pages of a long list: the entries of the current page, and the control that turns to another one."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Pages:
    """The pages of a list of `n` entries."""

    key: str  # of the control
    n: int
    size: int  # entries of a page

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.n // self.size))

    @property
    def current(self) -> slice:
        """The entries of the current page; the last page where the list has become shorter."""
        page = min(int(st.session_state.get(self.key, 1)), self.count)
        return slice((page - 1) * self.size, min(page * self.size, self.n))

    def control(self, visible: int = 7) -> None:
        """Show the control where there are several pages.

        Args:
            visible: pages that have a button.
        """
        if self.count > 1:
            st.pagination(self.count, key=self.key, max_visible_pages=visible)
