"""What a page of ours may consist of, and a reader that collects what it does consist of."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["ATTRIBUTES", "ELEMENTS", "POLICY", "Page"]

_STRUCTURE = {"html", "head", "meta", "title", "style", "body", "main", "header", "section", "article", "footer", "div", "span"}
_TEXT = {"p", "h1", "h2", "h3", "ol", "ul", "li", "dl", "dt", "dd", "table", "tr", "td", "code", "pre", "br", "details", "summary"}
ELEMENTS = _STRUCTURE | _TEXT | {"figure", "figcaption", "img", "svg", "rect", "ellipse", "polygon"}
_SHAPES = {"viewbox", "preserveaspectratio", "width", "height", "x", "y", "cx", "cy", "rx", "ry", "points"}
ATTRIBUTES = _SHAPES | {
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "id",
    "aria-hidden",
    "aria-label",
    "role",
    "src",
    "alt",
}
POLICY = "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_EMPTY = ("meta", "img", "br", "rect", "ellipse", "polygon")


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.order: list[str] = []
        """Elements as they begin."""
        self.attributes: set[str] = set()
        self.sources: list[str] = []
        self.policies: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    @property
    def elements(self) -> set[str]:
        """Their names."""
        return set(self.order)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.order.append(tag)
        values = dict(attrs)
        self.attributes |= set(values)
        if "src" in values:
            self.sources.append(values["src"] or "")
        if "http-equiv" in values:
            self.policies.append(f"{values['http-equiv']}: {values['content']}")
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "ellipse", "polygon"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
