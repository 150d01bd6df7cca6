"""Validate the exact text of an order; with that it is issued and signed.

Who may is asked of the data categories (policy). Source: Regulation (EU) 2023/1543, Art. 4.
"""

from broker.basics.actor import Actor
from broker.basics.clock import now
from broker.basics.errors import Conflict, Invalid
from broker.flow import engine
from broker.flow.engine import Deed, Taken
from broker.forms.validation import validate as validate_form
from broker.parties.models import Organisation
from evidence.actions import order
from evidence.actions.recipients import demand_recipients
from evidence.flow import REQUEST
from evidence.models import Request, Validation
from evidence.policy import may


def validate(request: Request, *, text_sha256: str, method: str, actor: Actor) -> Taken[Request]:
    """Record that `actor` stands behind the text with digest `text_sha256` (hex), and issue it.

    Whoever may issue alone validates their own order with this step. `method` is how the person
    proved themselves for this act, not for signing in. Raises Conflict when the text is no
    longer the one that was read, Invalid when something is missing, NotAllowed or WrongState.
    """
    organisation = Organisation.objects.get(id=str(actor.organisation))

    def deed(locked: Request) -> Deed:
        demand_complete(locked)
        _demand_same_text(locked, text_sha256)
        validation = Validation(
            request=locked,
            organisation=organisation,
            actor=actor.id,
            service_number=actor.service_number,
            seat=actor.role,
            text_sha256=text_sha256,
            method=method,
            at=now(),
        )
        issued = order.issue(locked, validation)
        return Deed(
            new={"text_sha256": text_sha256, "method": method, "seat": actor.role},
            rows=[validation],
            changes={
                "order": issued.document,
                "order_signature": issued.signature,
                "issued_form_sealed": locked.sealed("issued_form", issued.form),
                "recipients": issued.recipients,
            },
            at=validation.at,
        )

    return engine.take(REQUEST, "validate", request, actor=actor, may=may, deed=deed)


def demand_complete(request: Request) -> None:
    validate_form(request.instrument.form, request.form)
    demand_recipients(request.office)
    is_notified = order.notifies(request)
    if is_notified and request.authority is None:
        raise _wrong_authority(
            "The enforcing authority is not named.",
            "For these data it is notified at the same time as the addressee (Art. 8(1)).",
            "Name it, or fill in why it is not notified (Art. 8(2)).",
        )
    if not is_notified and request.authority is not None:
        raise _wrong_authority(
            "The enforcing authority is not notified of this order.",
            "It is not for these data, or where the exception of Art. 8(2) is filled in.",
            "Take the authority out, or clear the exception.",
        )


def _wrong_authority(what: str, why: str, remedy: str) -> Invalid:
    return Invalid(what, why=why, remedy=remedy, fields={"authority": [f"{what} {remedy}"]})


def _demand_same_text(request: Request, read: str) -> None:
    if order.text_sha256(request) != read:
        raise Conflict(
            "The text has changed since you opened it.",
            why="A validation is bound to the exact text that was read, recipients included.",
            remedy="Read the present text, then validate it.",
        )
