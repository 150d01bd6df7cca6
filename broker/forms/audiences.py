"""Who sees which field. What an audience may not see is never in what it is given."""

from collections.abc import Mapping
from typing import Any

from broker.law.form import Audience, Field, Form


def audience_view(form: Form, values: Mapping[str, Any], audience: Audience) -> dict[str, Any]:
    """Return the values of the fields that `audience` may see, in the form's order.

    A value whose field is not in the form is never shown to anybody.
    """
    return {
        field.key: values[field.key]
        for field in visible_fields(form, audience)
        if field.key in values
    }


def visible_fields(form: Form, audience: Audience) -> tuple[Field, ...]:
    """Return the fields `audience` may see, in the form's order."""
    return tuple(
        field
        for section in form.sections
        if audience in section.visible_to
        for field in section.fields
        if not field.visible_to or audience in field.visible_to
    )
