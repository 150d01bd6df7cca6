"""The one way a person confirms a step: shown, said, done, and back to the case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from broker.access.acting import acting, looking
from broker.basics.actor import Actor
from broker.basics.errors import Refusal
from broker.forms.page import PageField
from broker.web import refusals
from broker.web.fields import lone
from evidence import queries
from evidence.flow import REQUEST, State
from evidence.models import Request
from evidence.policy import may, must_take_in


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed before and what is wrong with it, so that a refused page loses nothing."""

    post: QueryDict
    faults: Mapping[str, Sequence[str]]

    def field(self, key: str, kind: str, label: str, **more: Any) -> PageField:
        """Return the page's own field `key` as it was filled in; `more` as `fields.lone` takes."""
        value: Any = self.post.getlist(key) if more.get("is_list") else self.post.get(key, "")
        return lone(key, kind, label, value=value, faults=self.faults.get(key, ()), **more)


type Act = Callable[[Request, HttpRequest, Actor], object]
type Words = Callable[[Request, Typed], dict[str, Any]]

BOTH = ["GET", "HEAD", "POST"]


def ask(
    request: HttpRequest, actor: Actor, reference: str, verb: str, act: Act, words: Words
) -> HttpResponse:
    """Show the confirmation of `verb`, or on POST take the step and go back to the case.

    `words` gives what the page says and asks; it is called inside `looking(actor)`.
    """
    refusal = None
    with looking(actor):
        case = queries.case(actor, reference)
        if must_take_in(actor, case):
            return redirect("evidence:case", case.reference)
        may(actor, REQUEST.step(verb, State(case.state)), case).require()
        context = words(case, Typed(request.POST, {}))
    if request.method == "POST":
        try:
            act(case, request, actor)
        except Refusal as fault:
            refusal = fault
            refusals.note(request, fault)
        else:
            messages.success(request, context["done"])
            return redirect("evidence:case", case.reference)
    if refusal:
        with looking(actor):
            context = words(case, Typed(request.POST, refusal.fields))
    back = reverse("evidence:case", args=[case.reference])
    template = context.get("template", "evidence/confirm.html")
    shown = {"case": case, "back": back, "refusal": refusal, **context}
    return render(request, template, shown, status=_status(refusal))


def _status(refusal: Refusal | None) -> int:
    return refusals.status_of(refusal) if refusal else 200


def case_words(case: Request, **more: Any) -> dict[str, Any]:
    """Return what every confirmation shows of the case it is about."""
    rows = [
        {"label": _("Reference"), "value": case.reference},
        {"label": _("From"), "value": case.issuer.name},
        {"label": _("Addressee"), "value": case.platform.name},
        {"label": _("Instrument"), "value": case.instrument.title.say(language())},
        {"label": _("Data asked for"), "value": data_words(case)},
    ]
    return {"rows": rows, **more}


def data_words(case: Request) -> str:
    """Return the categories of data asked for, in words."""
    known = (case.instrument.data_category(each) for each in case.data_categories)
    return ", ".join(each.label.say(language()) for each in known) or _("not said yet")


def language() -> str:
    """Return the reader's language, for words of the law."""
    return get_language() or "en"


def acted(verb: Callable[..., object]) -> Act:
    """Return the act that runs `verb` on the case in its own transaction."""

    def act(case: Request, _request: HttpRequest, actor: Actor) -> None:
        with acting(actor):
            verb(case, actor=actor)

    return act
