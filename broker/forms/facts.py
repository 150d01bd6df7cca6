"""The fields the house itself fills in: reference, parties, times, signatures."""

from collections.abc import Mapping
from typing import Any

from broker.forms.composite import PARTS, SHORTHAND
from broker.forms.values import is_blank
from broker.law.form import Fact, Field, Form


def facts_of(form: Form) -> dict[str, Fact]:
    """Return which fact fills which field: `{"A6_reference": Fact.REFERENCE}`."""
    return {field.key: field.fact for field in form.fields if field.fact}


def with_facts(form: Form, values: Mapping[str, Any], facts: Mapping[Fact, Any]) -> dict[str, Any]:
    """Return `values` with every fact the form asks for and `facts` knows; blank ones are left out.

    A list of texts may stand for targets, a text for a party. `validation.validate_whole`
    says whether the form is now complete.
    """
    filled = dict(values)
    for field in form.fields:
        if field.fact and not is_blank(facts.get(field.fact)):
            filled[field.key] = _shaped(field, facts[field.fact])
    return filled


def _shaped(field: Field, known: Any) -> Any:
    """Give a fact the shape that the field's values have."""
    if field.cardinality.is_list:
        rows = known if isinstance(known, list | tuple) else [known]
        return [_composite(field, row) for row in rows]
    return _composite(field, known)


def _composite(field: Field, known: Any) -> Any:
    if field.type in PARTS and isinstance(known, str) and field.type in SHORTHAND:
        return {SHORTHAND[field.type]: known}
    return known
