"""Pages by keyset: a cursor names the last row seen, so page 1,000 costs what page 1 does."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

from broker.basics.clock import iso, parse_iso
from broker.basics.errors import Invalid

SIZE = 50
MOST = 200


@dataclass(frozen=True, slots=True)
class Page[Row: Model]:
    """Rows in order, and the cursor of the next page (None: this is the last)."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by an instant that is never null, then by their UUID."""

    instant: str
    newest_first: bool = False


def page_of[Row: Model](
    rows: QuerySet[Row], order: Order, *, cursor: str | None = None, size: int = SIZE
) -> Page[Row]:
    """Return one page of `rows` behind `cursor`, in one query and without counting.

    Raises Invalid for a cursor that no page gave.
    """
    after = _after(order, *_read(cursor)) if cursor else Q()
    sign = "-" if order.newest_first else ""
    found = list(rows.filter(after).order_by(f"{sign}{order.instant}", f"{sign}pk")[: size + 1])
    more = found[size - 1] if len(found) > size else None
    cursor_next = _written(getattr(more, order.instant), more.pk) if more is not None else None
    return Page(found[:size], cursor_next)


def asked_page(request: Request) -> dict[str, Any]:
    """Return the `cursor` and `size` of a request's query, for `page_of`; raise Invalid."""
    written = request.query_params.get("size", str(SIZE))
    if not written.isascii() or not written.isdigit() or not 1 <= int(written[:9]) <= MOST:
        raise Invalid(
            "The size of the page does not hold.",
            remedy=f"Write a number from 1 to {MOST}.",
            fields={"size": [f"A number from 1 to {MOST}."]},
        )
    return {"cursor": request.query_params.get("cursor"), "size": int(written)}


def _after(order: Order, instant: datetime, key: UUID) -> Q:
    beyond = "lt" if order.newest_first else "gt"
    same = Q(**{order.instant: instant, f"pk__{beyond}": key})
    # The first condition is implied by the rest; with it the index is entered at the place.
    entry = Q(**{f"{order.instant}__{beyond}e": instant})
    return entry & (Q(**{f"{order.instant}__{beyond}": instant}) | same)


def _written(instant: datetime, key: UUID) -> str:
    return base64.urlsafe_b64encode(f"{iso(instant)} {key}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        instant, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(" ")
        return parse_iso(instant), UUID(key)
    except (ValueError, binascii.Error):
        raise Invalid(
            "The cursor cannot be read.",
            why="Only a cursor that a page of this list gave leads on.",
            remedy="Start again without a cursor.",
            fields={"cursor": ["Not a cursor of this list."]},
        ) from None
