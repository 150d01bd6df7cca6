"""Template words of the house: times, states, clocks, parties, form fields. `{% load web %}`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context

from broker.basics.errors import Refusal
from broker.forms.page import PageField
from broker.law.duration import Duration
from broker.web import clock_face, navigation, times, words
from broker.web.fields import drawn_field, faults_of, field_id, labels_of

register = template.Library()


def _zone(context: Context) -> str:
    seat = getattr(context.get("request"), "seat", None)
    return getattr(seat, "zone", "UTC")


@register.inclusion_tag("web/parts/time.html", takes_context=True)
def when(context: Context, at: datetime | None, zone: str = "") -> dict[str, Any]:
    """`{% when case.sent_at %}`: the instant in the seat's zone and in UTC; nothing for None."""
    return {"instant": times.instant(at, zone or _zone(context)) if at else None}


@register.filter
def as_length(span: timedelta | None) -> str:
    """`{{ taken|as_length }}`: "2 days 4 h", "12 min"."""
    return times.length(span) if span is not None else ""


@register.filter
def as_period(duration: Duration | None) -> str:
    """`{{ clock.duration|as_period }}`: "1 hour", "6 months"; nothing for None."""
    return times.period(duration) if duration else ""


@register.filter
def state_words(state: str) -> str:
    return words.say(words.STATES, state)


@register.filter
def outcome_words(code: str) -> str:
    return words.say(words.OUTCOMES, code)


@register.filter
def role_words(role: str) -> str:
    return words.say(words.ROLES, role)


@register.filter
def kind_words(kind: str) -> str:
    return words.say(words.KINDS, kind)


@register.filter
def effect_words(effect: str) -> str:
    return words.say(words.EFFECTS, effect)


@register.filter
def size(size_bytes: int | None) -> str:
    """`{{ file.size_bytes|size }}`: "104.9 MB", decimal units, as the manifest counts bytes."""
    if size_bytes is None:
        return ""
    value, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


@register.filter
def short_digest(sha256: str) -> str:
    """The first sixteen letters of a digest, in fours, as people compare them aloud."""
    return " ".join(sha256[start : start + 4] for start in range(0, 16, 4))


@register.inclusion_tag("web/parts/state.html")
def state_tag(state: str, label: str = "") -> dict[str, Any]:
    """`{% state_tag case.state %}`: a coloured tag that says the state in words."""
    return {"label": label or state_words(state), "colour": words.colour_of_state(state)}


@register.inclusion_tag("web/parts/clock.html", takes_context=True)
def clock_badge(context: Context, clock: Any, *, dated: bool = False) -> dict[str, Any]:
    """`{% clock_badge clock %}`: colour and words; `dated=True` adds the due instant.

    `clock` is a `clocks.Clock`, anything with its `due_at`, `lapses_at`, `status` and
    `binding`, or None where no period runs.
    """
    if not clock:
        return {"badge": clock_face.none_yet(), "due": None}
    badge = clock_face.badge(
        due_at=getattr(clock, "due_at", None),
        lapses_at=getattr(clock, "lapses_at", None),
        status=getattr(clock, "status", "running"),
        binding=getattr(clock, "binding", True),
    )
    due = times.instant(badge.due_at, _zone(context)) if dated and badge.due_at else None
    return {"badge": badge, "due": due}


@register.inclusion_tag("web/parts/clock.html")
def time_left(due_at: datetime | None, *, binding: bool = True) -> dict[str, Any]:
    """`{% time_left row.due_at %}`: the badge of a running clock of which only the end is known."""
    known = clock_face.badge(due_at=due_at, binding=binding)
    return {"badge": known if due_at else clock_face.none_yet(), "due": None}


@register.inclusion_tag("web/parts/engine_banner.html", takes_context=True)
def engine_banner(context: Context) -> dict[str, Any]:
    """The banner that tells when alerts and deliveries wait; empty when all is well."""
    seat = getattr(context.get("request"), "seat", None)
    return {"late": getattr(seat, "engine_late", None)}


@register.inclusion_tag("web/parts/why.html", takes_context=True)
def why_deadline(context: Context, clock: Any) -> dict[str, Any]:
    """`{% why_deadline clock %}`: the "Why this deadline?" drawer from `clock.derivation`."""
    return {"clock": clock, "request": context.get("request")}


@register.inclusion_tag("web/parts/rail.html", takes_context=True)
def rail(context: Context) -> dict[str, Any]:
    """The left rail of the seat; a mapping `counts` in the context gives the numbers."""
    request = context.get("request")
    seat = getattr(request, "seat", None)
    if request is None or seat is None:
        return {"entries": []}
    here = str(context.get("here", request.path))
    shown = navigation.entries(seat.permissions, here, context.get("counts"))
    return {"entries": shown}


@register.inclusion_tag("web/parts/error_summary.html")
def error_summary(
    refusal: Refusal | None, labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """`{% error_summary refusal %}`: what is wrong, each line leading to its field."""
    return {"refusal": refusal, "faults": faults_of(refusal, labels)}


@register.inclusion_tag("web/form/field.html", takes_context=True)
def field(context: Context, described: PageField, said: str = "") -> dict[str, Any]:
    """`{% field described %}`: one whole field, from a form or from `fields.lone`.

    The article is left out where `said`, the section's, is the same.
    """
    if described.article == said:
        described = replace(described, article="")
    return {"it": drawn_field(described, zone=_zone(context))}


@register.filter
def labels(sections: Sequence[Any]) -> dict[str, str]:
    """`{% error_summary refusal sections|labels %}`: the label of each field."""
    return labels_of(sections)


@register.filter
def html_id(key: str) -> str:
    return field_id(key)


@register.filter
def of(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """`{{ mapping|of:key }}`: the value under a key that is itself a variable."""
    return (mapping or {}).get(key, "")


@register.simple_tag
def mode() -> str:
    """Return "production", "demo" or "test"."""
    return str(settings.MODE)
