"""Words for what the code names: states, roles, kinds of organisation, verbs. Nothing else."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Words = str | Promise

STATES: dict[str, Words] = {
    "draft": _("draft"),
    "awaiting_approval": _("awaiting approval"),
    "approved": _("approved"),
    "validated": _("validated"),
    "sent": _("sent, receipt not proven"),
    "received": _("received"),
    "acknowledged": _("received"),
    "preserving": _("preserving"),
    "clarification": _("platform asks back"),
    "clarifying": _("platform asks back"),
    "impeded": _("platform says it is impeded"),
    "answered": _("answered"),
    "refused": _("refused"),
    "package_received": _("package received"),
    "withheld": _("withheld until cleared"),
    "released": _("ready to retrieve"),
    "retrieved": _("retrieved"),
    "closed": _("closed"),
    "withdrawn": _("withdrawn"),
    "undeliverable": _("could not be delivered"),
}
_COLOURS = {
    "draft": "grey",
    "awaiting_approval": "yellow",
    "approved": "teal",
    "validated": "teal",
    "sent": "yellow",
    "received": "blue",
    "acknowledged": "blue",
    "preserving": "blue",
    "clarification": "orange",
    "clarifying": "orange",
    "impeded": "orange",
    "answered": "green",
    "package_received": "green",
    "released": "green",
    "retrieved": "green",
    "withheld": "purple",
    "refused": "red",
    "undeliverable": "red",
}

OUTCOMES: dict[str, Words] = {
    "removed": _("removed"),
    "disabled": _("access disabled"),
    "restricted": _("restricted in some countries"),
    "demoted": _("made less visible"),
    "monetisation_limited": _("monetisation limited"),
    "kept": _("kept, with a ground"),
    "already_gone": _("already gone"),
    "gone": _("already gone"),
    "impossible": _("impossible"),
    "needs_information": _("needs information"),
}

ROLES: dict[str, Words] = {
    "officer": _("officer"),
    "supervisor": _("supervisor"),
    "unit_head": _("unit head"),
    "prosecutor": _("prosecutor"),
    "judge": _("judge"),
    "platform_agent": _("platform agent"),
    "enforcing_authority": _("enforcing authority"),
    "overseer": _("overseer"),
    "administrator": _("administrator"),
    "system": _("the broker itself"),
}

KINDS: dict[str, Words] = {
    "unit": _("police unit"),
    "prosecution": _("prosecution office"),
    "court": _("court"),
    "enforcing_authority": _("enforcing authority"),
    "central_authority": _("central authority"),
    "platform": _("platform"),
    "trusted_flagger": _("trusted flagger"),
    "association": _("association"),
    "supervisor": _("supervisor of platforms"),
    "auditor": _("auditor"),
    "overseer": _("overseer"),
    "access_provider": _("internet access provider"),
}

EFFECTS: dict[str, Words] = {
    "voluntary": _("voluntary"),
    "soft": _("soft law"),
    "notice": _("notice"),
    "binding": _("binding"),
    "policy": _("policy target"),
}


def say(table: dict[str, Words], code: str) -> str:
    """Return the words for `code`; for an unknown code the code itself, made readable."""
    return str(table[code]) if code in table else code.replace("_", " ").replace("-", " ")


def colour_of_state(state: str) -> str:
    """Return the tag colour of a state; the words beside it say the same."""
    return _COLOURS.get(state, "grey")
