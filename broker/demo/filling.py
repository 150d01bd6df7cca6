"""A form's values as a person types them into the boxes of its page."""

from collections.abc import Iterator, Mapping
from typing import Any

from broker.forms.posting import name_of


def boxes_of(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what the page's boxes send for `values`: name to texts."""
    boxes: dict[str, list[str]] = {}
    for key, value in values.items():
        for name, text in _boxes(key, value):
            boxes.setdefault(name, []).append(text)
    return boxes


def _boxes(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for part, inner in value.items():
            yield from _boxes(name_of(name, part), _in_one_box(inner))
    elif isinstance(value, list):
        for row, inner in enumerate(value):
            yield from _boxes(name_of(name, row) if isinstance(inner, Mapping) else name, inner)
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _in_one_box(value: Any) -> Any:
    """Join several short codes, which share one box: "fr, en"."""
    return ", ".join(value) if isinstance(value, list) else value
