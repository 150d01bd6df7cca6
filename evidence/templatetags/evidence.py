"""Template words of the evidence app. `{% load evidence %}`."""

from django import template
from django.utils.translation import get_language

from broker.law.words import Text

register = template.Library()


@register.filter
def said(words: Text | None) -> str:
    """`{{ instrument.title|said }}`: words of the law in the reader's language."""
    return words.say(get_language() or "en") if words else ""
