"""By which way a message may travel: asked of the instrument and of the installation.

Source: Regulation (EU) 2023/1543, Art. 19(1), 19(5).
"""

from django.conf import settings

from broker.basics.errors import Invalid, NotAllowed, NotFound
from broker.law.instrument import Instrument
from broker.law.terms import Transport

# Not a way of the law's: practice among parties who know that it is practice.
EXERCISE = "exercise"
_PLAYING = frozenset({"demo", "test"})


def demand_transport(instrument: Instrument, transport: str, ground: str) -> tuple[str, str]:
    """Return transport and ground if an order may travel so; "" is an exercise where one may be.

    Raises NotAllowed for a direct sending that the law does not allow this installation,
    Invalid for a way or a ground that the instrument does not know.
    """
    if transport in {"", EXERCISE} and settings.MODE in _PLAYING:
        return EXERCISE, ""
    way = _way(instrument, transport)
    if way.grounds:
        return way.id, _ground(way, ground)
    if _is_bound_to_national_system(instrument) and not settings.NATIONAL_IT_SYSTEM:
        raise NotAllowed(
            "This order may not be sent directly from here.",
            why="Orders under this instrument travel through the decentralised IT system, and "
            "this installation is not a national IT system (Art. 19(1)).",
            remedy="Export it to the national system, or choose the alternative means and give "
            "the ground of Art. 19(5).",
        )
    return way.id, ""


def _way(instrument: Instrument, transport: str) -> Transport:
    try:
        return instrument.transport(transport)
    except NotFound as unknown:
        raise Invalid(
            "The order cannot travel this way.",
            why=unknown.why,
            remedy="Choose one of these ways.",
            fields={"transport": [unknown.why]},
        ) from None


def _ground(way: Transport, ground: str) -> str:
    if ground in way.grounds:
        return ground
    raise Invalid(
        "The ground for this way of sending is missing.",
        why=f"{way.article} allows it only for: {', '.join(way.grounds)}.",
        remedy="Give the ground that applies; it stands in the record.",
        fields={"transport_ground": [f"One of: {', '.join(way.grounds)}."]},
    )


def _is_bound_to_national_system(instrument: Instrument) -> bool:
    return any(way.needs_national_it_system for way in instrument.transports)
