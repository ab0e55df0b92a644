"""Small SVG drawings in every form in which they come."""

from __future__ import annotations

from xml.etree import ElementTree

__all__ = ["SVGS", "drawing", "svg"]

_BODY = '<rect width="5" height="5" style="fill:#f00"/><!-- a comment > --><g><text>&lt;ä&gt;</text><![CDATA[ </svg> ]]></g>'
_SVG = "http://www.w3.org/2000/svg"
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="https://example.com/a.c2pa"/></rdf:RDF></x:xmpmeta>'
)


def svg(body: str = _BODY, *, attributes: str = "", before: str = "", after: str = "") -> bytes:
    return f'{before}<svg xmlns="{_SVG}" width="10" height="8px"{attributes}>{body}</svg>{after}'.encode()


def drawing(data: bytes) -> list[object]:
    """Elements, attributes and texts of a drawing, without its metadata."""
    root = ElementTree.fromstring(data)

    def told(element: ElementTree.Element) -> list[object]:
        children = [child for child in element if not child.tag.endswith("}metadata")]
        return [element.tag, sorted(element.attrib.items()), element.text, element.tail, [told(child) for child in children]]

    return told(root)


_ILLUSTRATOR = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!-- Generator > -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [\n<!ENTITY ns_svg "http://www.w3.org/2000/svg">\n]>\n'
    f'<svg xmlns="&ns_svg;" viewBox="0 0 5 5">{_BODY}</svg>\n'
)
SVGS: dict[str, bytes] = {
    "svg": svg(),
    "svg prolog": svg(before='<?xml version="1.0"?>\n<!-- svg -->\n', after="\n<!-- end -->\n"),
    "svg illustrator": _ILLUSTRATOR.encode(),
    "svg prefixed": f'<svg:svg xmlns:svg="{_SVG}" title=\'a > "b"\'><svg:rect width="5"/></svg:svg>'.encode(),
    "svg metadata": svg(f"<title>t</title><metadata>\n  {_XMP}\n</metadata>" + _BODY),
    "svg closed metadata": svg('<metadata id="m"> </metadata><metadata/>' + _BODY),
    "svg foreign": svg(f"<c2pa:other/>{_BODY}", attributes=' xmlns:c2pa="https://example.com/other"'),
    "svg latin": f'<?xml version="1.0" encoding="ISO-8859-1"?><svg xmlns="{_SVG}"><text>é</text></svg>'.encode("latin-1"),
}
"""Drawings that get back every byte when a store is taken out."""
