"""A page as a browser reads it: its tags, attributes, anchors and text."""

from html.parser import HTMLParser

EVIL = "<script>alert('1')</script>"  # a name that must not become a tag
_VOID = ("meta", "img", "br", "line", "circle", "polyline", "wbr")  # without an end tag


class Page(HTMLParser):
    """The content of a page; an end tag that closes no open tag fails."""

    def __init__(self, html: str):
        super().__init__()
        self.open: list[str] = []  # tags that are not closed yet
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []  # texts between tags
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        """Return the values of all attributes of this name."""
        return [value or "" for attribute, value in self.attributes if attribute == name]

    @property
    def text(self) -> str:
        """The text of the page, blanks and line ends made one blank."""
        return " ".join("".join(self.words).split())
