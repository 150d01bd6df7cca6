"""Template words for legal forms: boxes and what was entered. `{% load legal_form %}`."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.template.context import Context

from broker.forms.page import Box, PageField
from broker.web import boxes
from broker.web.fields import Drawn

register = template.Library()
register.filter("is_plain", boxes.is_plain)


@register.simple_tag(takes_context=True)
def boxed(context: Context, field: PageField, box: Box) -> Drawn:
    """`{% boxed field box as it %}`: the box ready to be drawn, instants in the seat's zone."""
    it = boxes.boxed(field, box)
    if it.kind != "datetime-local" or not it.value:
        return it
    zone = getattr(getattr(context.get("request"), "seat", None), "zone", "UTC")
    return replace(it, value=_local(it.value, zone))


def _local(text: str, zone: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat("T", "seconds")
