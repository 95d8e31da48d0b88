"""A page as a browser reads it: its tags, attributes, anchors and words."""

from html.parser import HTMLParser

EVIL = "<script>alert('1')</script>"  # a name that must not become a tag


class Page(HTMLParser):
    """What a browser would make of the page."""

    VOID = ("meta", "img", "br", "line", "circle", "polyline", "wbr")

    def __init__(self, html: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value or "" for attribute, value in self.attributes if attribute == name]

    @property
    def said(self) -> str:
        return " ".join("".join(self.words).split())
