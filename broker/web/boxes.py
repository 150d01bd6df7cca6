"""A box of a legal form as the form widgets draw it: one box for one thing to fill in."""

from dataclasses import replace

from broker.forms.page import Box, PageField
from broker.web.fields import Drawn, drawn, field_id


class _Described:
    """A box under the names by which widgets know a field."""

    def __init__(self, box: Box, field: PageField, *, plain: bool) -> None:
        self.key = box.name
        self.label = field.label if plain else box.label
        self.help = field.help if plain else ""
        self.article = field.article if plain else ""
        self.type = box.kind
        self.options = [(choice.code, choice.label) for choice in box.choices]
        self.required = field.required if plain else box.required and field.required
        self.several = plain and field.is_list and bool(box.choices)


def boxed(field: PageField, box: Box) -> Drawn:
    """Return `box` of `field` ready to be drawn; faults of a plain field are its box's own."""
    plain = is_plain(field)
    faults = (*field.faults, *box.faults) if plain else box.faults
    shape = drawn(_Described(box, field, plain=plain), {box.name: box.value}, {box.name: faults})
    chosen = {choice.code for choice in box.choices if choice.chosen}
    if not chosen:
        return shape
    choices = tuple(replace(choice, chosen=choice.code in chosen) for choice in shape.choices)
    return replace(shape, choices=choices)


def is_plain(field: PageField) -> bool:
    """Tell whether the field is one box, whose label is the field's own."""
    return len(field.rows) == 1 and len(field.rows[0].boxes) == 1


def anchor(key: str) -> str:
    """Return the id to which a fault of a field of several boxes leads."""
    return field_id(key)
