"""What publishing the header of a model gives away, beside the model: folders and users, captions, comments, addresses, keys.

Training programs write their settings into the file, so that names of people and of folders travel with it. Here they are found and told
in sentences; whether they are taken out is for the author to decide. A sample never holds an access key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from credkit.lifting.model_headers.header import Leak
from credkit.lifting.wording import cleaned, json_value, shown, words
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["find_leaks"]

_MOST = 100
"""Leaks of one header that are told."""
_FREQUENCIES = ("ss_tag_frequency",)
_FOLDERS = ("ss_dataset_dirs", "ss_reg_dataset_dirs", "ss_datasets", "ss_train_data_dir", "ss_image_dirs")
_COMMENTS = ("ss_training_comment", "training_comment", "comment")
_SETTINGS = {
    "ot_config": "the whole configuration of the training",
    "ot_concepts": "the list of the training folders",
    "training_info": "the state of the training program",
    "config": "the whole configuration of the training",
    "workflow": "the workflow that wrote the model",
    "prompt": "the workflow that wrote the model",
    "ss_sample_prompts": "the prompts of the test pictures",
}
_THUMBNAILS = ("modelspec.thumbnail", "thumbnail")
_USER = re.compile(r"""(?:[A-Za-z]:[\\/]{1,4}Users[\\/]{1,4}|(?<![\w.-])/(?:home|Users)/)([^\\/"'\s][^\\/"'\r\n]{0,63})""", re.IGNORECASE)
_PATH = re.compile(
    r"""(?:(?<![A-Za-z0-9])[A-Za-z]:[\\/]{1,4}[^\\/"'\s:*?<>|]"""
    r"""|\\\\[A-Za-z0-9._-]{1,63}\\"""
    r"""|(?<![\w./:-])/(?:mnt|media|root|workspace|content|data|storage|kaggle|tmp|opt|srv|var|Volumes|home|Users)/)"""
    r"""[^"'\r\n,;{}\[\]]{0,120}"""
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}(?![\w-])")
_ACCESS_KEY = re.compile(r"(?<![A-Za-z0-9])(?:hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[A-Z0-9]{16})")


def find_leaks(fields: Iterable[tuple[str, str]], limits: Limits = DEFAULT_LIMITS) -> tuple[Leak, ...]:
    """What each field gives away, in order of the header; at most one leak of a kind and field."""
    found: list[Leak] = []
    for key, text in fields:
        for leak in (*_by_key(key, text, limits), *_by_content(key, text, limits)):
            if len(found) < _MOST:
                found.append(leak)
    return tuple(found)


def _by_key(key: str, text: str, limits: Limits) -> Iterator[Leak]:
    if not text.strip() or text in ("None", "{}", "[]", "null"):
        return
    name = cleaned(key, 200)
    if key in _FREQUENCIES:
        yield from _tags(name, text, limits)
    elif key in _FOLDERS:
        folders = _folders(text, limits)
        yield Leak(field=name, what="the names of the folders with the training pictures", sample=words(folders, limits))
    elif key in _COMMENTS:
        yield Leak(field=name, what="a comment that was meant for whoever trained the model", sample=shown(text, limits))
    elif key in _THUMBNAILS:
        kib = max(1, len(text) * 3 // 4 >> 10)
        yield Leak(field=name, what=f"a picture of {kib:,} KiB, which shows what the model makes or was trained on")
    elif key in _SETTINGS and text.lstrip()[:1] in ("{", "["):
        yield Leak(field=name, what=_SETTINGS[key])


def _tags(name: str, text: str, limits: Limits) -> Iterator[Leak]:
    counts: dict[str, float] = {}
    value = json_value(text, limits)
    for folder in value.values() if isinstance(value, dict) else ():
        for tag, count in folder.items() if isinstance(folder, dict) else ():
            counts[tag.strip()] = counts.get(tag.strip(), 0) + (count if isinstance(count, (int, float)) else 0)
    most = sorted(counts, key=lambda tag: -counts[tag])
    what = f"{len(most):,} words and phrases of the training captions, with how often each was used"
    yield Leak(field=name, what=what if most else "words and phrases of the training captions", sample=words(most, limits))


def _folders(text: str, limits: Limits) -> list[str]:
    value: Any = json_value(text, limits)
    if isinstance(value, dict):
        return [str(key) for key in value]
    if isinstance(value, list):
        subsets = [part for item in value if isinstance(item, dict) for part in item.get("subsets") or () if isinstance(part, dict)]
        return list(dict.fromkeys(str(part["image_dir"]) for part in subsets if part.get("image_dir")))
    return [text]


def _by_content(key: str, text: str, limits: Limits) -> Iterator[Leak]:
    if key in _THUMBNAILS and text.startswith("data:"):
        return
    name = cleaned(key, 200)
    if _ACCESS_KEY.search(text):
        yield Leak(field=name, what="an access key, which anyone can use until you revoke it")
    users = list(dict.fromkeys(match[1].strip() for match in _USER.finditer(text)))
    if users:
        yield Leak(field=name, what="the name of a user of the computer", sample=words(users, limits))
    elif path := _PATH.search(text):
        yield Leak(field=name, what="a folder of the computer", sample=shown(path[0], limits))
    addresses = list(dict.fromkeys(match[0] for match in _EMAIL.finditer(text)))
    if addresses:
        yield Leak(field=name, what="an e-mail address", sample=words(addresses, limits))
