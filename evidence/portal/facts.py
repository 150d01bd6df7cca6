"""What a case page says beside the clocks: who, what, when, by which way; and who said what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broker.law.clock import ClockKind
from broker.law.events import LegalEvent
from broker.law.form import Audience
from broker.parties.directory import valid_keys
from broker.parties.models import KeyHolder, KeyUse
from broker.web.times import period
from evidence.actions.transport import EXERCISE
from evidence.models import Message, MessageKind, Request, ReviewOutcome, Validation
from evidence.portal.confirming import data_words, language
from evidence.portal.transmitting import GROUNDS

DECISIONS: dict[str, str | Promise] = {
    ReviewOutcome.CLEARED: gettext_lazy("raises no ground"),
    ReviewOutcome.OBJECTED: gettext_lazy("refused: nothing is handed over"),
    ReviewOutcome.LAPSED: gettext_lazy("its window lapsed in silence"),
}
KINDS: dict[str, str | Promise] = {
    MessageKind.QUESTION: gettext_lazy("asks back"),
    MessageKind.CLARIFICATION: gettext_lazy("answers"),
    MessageKind.PRESERVATION: gettext_lazy("preserves the data"),
    MessageKind.REFUSAL: gettext_lazy("does not produce"),
    MessageKind.DECISION: gettext_lazy("decides"),
}

# The field of a certificate on informing the person; its help says who never does.
_INFORMS = "user_information_delayed"


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: words, an instant, or an instant with words behind it."""

    label: str
    value: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said, with the grounds of the law in words."""

    who: str
    kind: str
    at: datetime
    grounds: str
    text: str


def facts(case: Request, validations: Sequence[Validation], seat: Audience) -> list[Fact]:
    """Return the lines of the case as `seat` reads it; empty ones are left out."""
    lines = [*_parties(case), *_asked(case), *_course(case, validations)]
    if seat is Audience.ADDRESSEE:
        lines[2:2] = [Fact(_("Signed"), _signature(case))]
        lines.append(Fact(_("May you tell the user?"), _telling(case)))
    return [line for line in lines if line.value or line.at]


def _parties(case: Request) -> list[Fact]:
    office = case.office.name if case.office_id != case.issuer_id else ""
    return [
        Fact(_("From"), f"{case.issuer.name}, {case.drafted_by_number}"),
        Fact(_("Addressee"), case.platform.name),
        Fact(_("Package goes to"), office),
        Fact(_("Enforcing authority"), _authority(case)),
    ]


def _authority(case: Request) -> str:
    if case.authority is None:
        return ""
    decided = DECISIONS.get(case.decision, "")
    return f"{case.authority.name}: {decided}" if decided else case.authority.name


def _asked(case: Request) -> list[Fact]:
    instrument = case.instrument
    return [
        Fact(_("Data asked for"), data_words(case)),
        Fact(_("Legal basis"), instrument.legal_basis.say(language())),
        Fact(_("Period"), period_words(case)),
        Fact(_("Transport"), transport_words(case)),
    ]


def _course(case: Request, validations: Sequence[Validation]) -> list[Fact]:
    return [
        *(Fact(_("Validated"), _by(each), each.at) for each in validations),
        Fact(_("Sent"), at=case.sent_at),
        Fact(_("Receipt proven"), at=case.received_at),
        Fact(
            _("Authority notified"),
            _("receipt proven") if case.notified_at else "",
            case.notified_at,
        ),
        Fact(_("Preserved"), at=case.preserved_at),
        Fact(_("Authority decided"), at=case.decided_at),
        Fact(_("Answered"), at=case.answered_at),
    ]


def _signature(case: Request) -> str:
    """Return whose key signed the order, and who holds that key."""
    if not case.order:
        return ""
    keys = valid_keys(case.issuer, KeyUse.ORDER)
    words = _("with the registered order key of %(who)s")
    if keys.filter(held=KeyHolder.SERVER).exists():
        words = _("with the registered order key of %(who)s, which this broker holds for it")
    return words % {"who": case.issuer.name}


def _telling(case: Request) -> str:
    """Return what the certificate itself says on telling the person, where it has that section."""
    field = case.instrument.form.field(_INFORMS)
    if field is None or field.help is None:
        return ""
    return _("No. %(why)s (%(article)s)") % {
        "why": field.help.say(language()),
        "article": field.article,
    }


def _by(validation: Validation) -> str:
    return _("by %(number)s") % {"number": validation.service_number}


def period_words(case: Request) -> str:
    """Return how long the addressee has from proven receipt, as the instrument says."""
    event = LegalEvent.EMERGENCY_ORDER_RECEIVED if case.emergency else LegalEvent.ORDER_RECEIVED
    for clock in case.instrument.clocks:
        if clock.kind is ClockKind.COMPLY and event in clock.start and clock.duration:
            facts = {"span": period(clock.duration), "article": clock.article}
            return _("%(span)s from proven receipt (%(article)s)") % facts
    return ""


def transport_words(case: Request) -> str:
    """Return by which way the order travelled, and the ground for it."""
    if case.transport == EXERCISE:
        return _("exercise, not the decentralised IT system")
    ways = {way.id: way for way in case.instrument.transports}
    if case.transport not in ways:
        return ""
    way = ways[case.transport]
    said = f"{way.label.say(language())} ({way.article})"
    ground = case.transport_ground
    return f"{said}: {GROUNDS.get(ground, ground)}" if ground else said


def said(case: Request, messages: Sequence[Message]) -> list[Said]:
    """Return the messages of the sides in plain words, oldest first."""
    names = {
        ground.code: f"{ground.label.say(language())} ({ground.article})"
        for side in (Audience.ENFORCING_AUTHORITY, Audience.ADDRESSEE)
        for ground in case.instrument.grounds_of(side)
    }
    return [
        Said(
            each.organisation.name,
            str(KINDS.get(each.kind, each.kind)),
            each.at,
            "; ".join(names.get(code, code) for code in each.grounds),
            each.text,
        )
        for each in messages
    ]
