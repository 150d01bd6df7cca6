"""All that a stranger could have changed: the rows of cases, post, clocks and ledger."""

from collections.abc import Iterator

from django.apps import apps

from broker.ledger.models import Entry

_ROOMS = ("referrals", "evidence", "clocks", "courier")


def fingerprint() -> dict[str, list[object]]:
    """Return every row of every case, with what hangs on it; chained entries of the ledger."""
    return dict(_rows())


def _rows() -> Iterator[tuple[str, list[object]]]:
    for room in _ROOMS:
        for model in apps.get_app_config(room).get_models():
            rows = model._default_manager.order_by("pk").values_list()
            yield model._meta.label, [repr(row) for row in rows]
    chained = Entry.objects.exclude(seq=None).order_by("id")
    yield "ledger", list(chained.values_list("id", "stream", "seq"))
