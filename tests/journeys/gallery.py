"""A page with every part that broker.web offers, for eyes and for axe. Only tests mount it."""

from dataclasses import dataclass, field
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
from broker.web.access import page
from broker.web.panels import Panel, Row

HOSTILE = (
    '"><script>document.title="owned"</script><img src=x onerror=alert(1)> {{ 7|add:7 }} \u202e'
)


@dataclass
class Described:
    key: str
    label: str
    type: str
    help: str = ""
    article: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = True
    several: bool = False


@dataclass
class Part:
    id: str
    title: str
    article: str
    fields: list[Described]
    help: str = ""


FEW = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known yet"))
MANY = tuple((f"c{n}", f"Ground number {n}") for n in range(12))
SECTIONS = [
    Part(
        "a",
        "Section A: the order",
        "Regulation (EU) 2021/784, Annex I",
        [
            Described("reference", "File reference", "str", "As your unit writes it.", "Art. 3(4)"),
            Described(
                "targets", "Addresses of the content", "target", "One per line.", several=True
            ),
            Described("urgent", "Immediate danger to life", "bool", required=False),
            Described("kind", "Is the content still online?", "enum", options=FEW),
            Described("ground", "Ground", "enum", options=MANY, article="Art. 2(7)"),
            Described("also", "Also concerns", "enum", options=FEW, several=True, required=False),
            Described("since", "Online since", "timestamp", "Local time of your unit."),
            Described("day", "Day of the decision", "date"),
            Described("mail", "E-mail of the contact point", "email", required=False),
            Described("paper", "Signed form", "file", required=False),
        ],
        "Everything here goes to the platform.",
    ),
]


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


@dataclass
class Shown:
    clocks: list[Any] = field(default_factory=list)


@page
def gallery(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show every part once, hostile words included."""
    messages.success(request, "Sent to Platform A: 3 items.")
    refusal = Invalid(
        "The order has two faults.",
        remedy="Correct them and try again.",
        fields={"reference": [f"Too long: {HOSTILE}"], "kind": ["Choose one"], "urgent": ["Say"]},
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
        "sections": SECTIONS,
        "values": {"reference": HOSTILE, "targets": ["https://example.org/a", HOSTILE]},
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
