"""A page with every part that broker.web offers, for eyes and for axe. Only tests mount it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import Invalid, WrongState
from broker.forms.page import page as page_of
from broker.law.form import (
    Audience,
    Cardinality,
    Condition,
    Field,
    FieldType,
    Form,
    FormUse,
    Option,
    Section,
)
from broker.law.words import Text
from broker.web.access import page
from broker.web.fields import lone
from broker.web.panels import Panel, Row

HOSTILE = (
    '"><script>document.title="owned"</script><img src=x onerror=alert(1)> {{ 7|add:7 }} \u202e'
)


FEW = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known yet"))
MANY = tuple((f"c{n}", f"Ground number {n}") for n in range(12))
ADDRESS = Text("Address (URL)", "Adresse (URL)")


def _form() -> Form:
    """A form with every kind of field that the law's forms have."""
    kinds = [
        Field(f"A_{kind.value}", kind, cardinality, Text(f"A {kind.value}", "x"), help=HELP)
        for kind in FieldType
        for cardinality in [Cardinality.OPTIONAL]
        if kind not in {FieldType.ENUM, FieldType.REF}
    ]
    options = tuple(Option(code, Text(label, label)) for code, label in FEW)
    chosen = [
        Field("B_kind", FieldType.ENUM, Cardinality.ONE, Text("Online?", "x"), options=options),
        Field("B_also", FieldType.ENUM, Cardinality.ANY, Text("Also", "x"), options=options),
        Field("B_urls", FieldType.URL, Cardinality.SOME, ADDRESS, article="Art. 3(4)"),
        Field("B_marks", FieldType.IDENT, Cardinality.ANY, Text("Identifiers", "x")),
        Field(
            "B_why",
            FieldType.TEXT,
            Cardinality.OPTIONAL,
            Text("Why is it not known?", "x"),
            when=Condition("B_kind", ("unknown",)),
        ),
    ]
    sections = tuple(
        Section(key, Text(title, title), "Annex I", tuple(Audience), tuple(fields))
        for key, title, fields in (("A", "Section A", kinds), ("B", "Section B", chosen))
    )
    title = Text("Removal order", "Injonction de retrait")
    return Form("order", FormUse.ORDER, Audience.ISSUER, title, "Annex I", sections)


HELP = Text("As your unit writes it.", "x")
VALUES = {"A_str": HOSTILE, "B_urls": ["https://example.org/a", HOSTILE], "B_kind": "unknown"}


def _clock(minutes: float, *, lapses: float | None = None, **facts: Any) -> SimpleNamespace:
    due = now() + timedelta(minutes=minutes)
    steps = [
        {
            "text": "Received on 24 November 2026 at 14:07:12 (Europe/Dublin).",
            "source": "Regulation (EU) 2021/784, Art. 3(3)",
            "mark": "verified",
        },
        {
            "text": "One hour is counted from the next full hour on the latest reading.",
            "source": "Regulation (EEC, Euratom) 1182/71, Art. 3(1)",
            "mark": "unconfirmed",
        },
    ]
    later = now() + timedelta(minutes=lapses) if lapses is not None else due
    usual = {"status": "running", "binding": True, "derivation": steps}
    return SimpleNamespace(due_at=due, lapses_at=later, **(usual | facts))


@page
def gallery(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every part once, hostile words included."""
    messages.success(request, "Sent to Platform A: 3 items.")
    refusal = Invalid(
        "The order has two faults.",
        remedy="Correct them and try again.",
        fields={
            "A_str": [f"Too long: {HOSTILE}"],
            "B_kind": ["Choose"],
            "B_urls.1": ["Not a URL."],
        },
    )
    clocks = [
        _clock(12),
        _clock(3000),
        _clock(-4, lapses=20),
        _clock(-70),
        _clock(-9, binding=False),
        _clock(5, status="suspended"),
        _clock(5, status="met"),
        None,
    ]
    rows = [
        Row("R-7K3M-Q9TX-4WBN", "#", f"Platform A · {HOSTILE}", "sent", clocks[0]),
        Row("R-2222-Q9TX-4WBN", "#", "Platform B · Removal order", "received", clocks[3]),
        Row("R-3333-Q9TX-4WBN", "#", "Platform B · Referral", "draft", None),
    ]
    when = now() - timedelta(hours=3)
    context = {
        "refusal": refusal,
        "sections": page_of(_form(), VALUES, faults=refusal.fields),
        "alone": lone("ground", "enum", "Ground", choices=MANY, help="One of twelve."),
        "clocks": clocks,
        "states": ["draft", "sent", "received", "clarifying", "answered", "refused", "withheld"],
        "panels": [
            Panel("referrals", "Open referrals", "3", rows, "#"),
            Panel("x", "None", "0", []),
        ],
        "summary": [
            {"label": "Unit", "value": "Cyber referral unit, Lyon"},
            {"label": "Received", "at": when},
            {"label": "Digest", "value": "9f86d081884c7d659a2feaa0c55ad015" * 2, "code": True},
            {"label": "Note", "value": HOSTILE},
        ],
        "timeline": [
            {"title": "Order sent", "byline": "FR-4711", "at": when, "text": HOSTILE, "seq": 4},
            {"title": "Receipt proven", "byline": "Platform A", "at": now(), "seq": 5},
        ],
    }
    return render(request, "gallery.html", context)


@page
def confirming(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask before an outward act; a post is refused, to show the refusal."""
    if request.method == "POST":
        raise WrongState(
            "Cannot send a case that is withdrawn.",
            why="Only a case that is approved can take this step.",
            remedy="Reload the case; someone may have moved it meanwhile.",
        )
    context = {
        "question": "Send the removal order R-7K3M-Q9TX-4WBN to Platform A, 3 items?",
        "verb": "Send to Platform A",
        "back": "/",
        "warning": "A sent order cannot be changed. It can be withdrawn.",
        "rows": [{"label": "Receiver", "value": "Platform A, legal team (webhook)"}],
    }
    return render(request, "web/confirm.html", context)


@page
def breaking(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Break, as a fault of ours would."""
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("", include("broker.urls")),
    path("gallery/", gallery, name="gallery"),
    path("confirm/", confirming, name="confirm"),
    path("broken/", breaking, name="broken"),
]
handler400 = "broker.web.refusals.bad_request"
handler403 = "broker.web.refusals.forbidden"
handler404 = "broker.web.refusals.not_found"
handler500 = "broker.web.refusals.broken"
