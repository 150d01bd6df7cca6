"""A row that cannot be worked is set aside, and the sweep goes on with the others."""

import pytest
from django.db import OperationalError

from broker.basics.aside import Aside
from broker.basics.clock import frozen
from broker.clocks import lapses, sweep
from broker.clocks.models import Alert, Clock
from broker.clocks.signals import periods_lapsed
from broker.clocks.watched import Watched
from tests.clocks.conftest import NOON, watched_under
from tests.clocks.test_sweep import SECOND, started, swept_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def none_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (sweep, lapses):
        monkeypatch.setattr(room, "_aside", Aside())


@pytest.mark.usefixtures("none_aside")
def test_a_clock_that_cannot_be_rung_holds_up_no_other(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = started(watched), started(watched_under("demo-ten-seconds"))
    Clock.objects.filter(id=bad.id).update(instrument_version=99)

    swept_at(6)

    [alert] = Alert.objects.all()
    assert alert.clock_id == good.id
    assert [record.row for record in caplog.records if record.msg == "row_set_aside"] == [  # type: ignore[attr-defined]
        str(bad.id)
    ]
    with frozen(NOON + 7 * SECOND):
        assert sweep.sweep_once().next_at == NOON + 10 * SECOND


@pytest.mark.usefixtures("none_aside")
def test_a_database_that_is_away_sets_no_clock_aside(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(watched)

    def away(*_: object) -> None:
        raise OperationalError("away")

    with monkeypatch.context() as broken:
        broken.setattr(sweep, "append", away)
        with pytest.raises(OperationalError, match="away"):
            swept_at(6)
    swept_at(6)

    assert Alert.objects.count() == 1


@pytest.mark.usefixtures("none_aside")
def test_a_case_that_cannot_be_told_holds_up_no_other(watched: Watched) -> None:
    bad, good = started(watched), started(watched_under("demo-ten-seconds"))
    swept_at(11)
    told = []

    def hear(clocks: list[Clock], **_: object) -> None:
        if bad.id in [clock.id for clock in clocks]:
            raise ZeroDivisionError
        told.extend(clock.id for clock in clocks)

    periods_lapsed.connect(hear)
    try:
        lapses.sweep_once()
    finally:
        periods_lapsed.disconnect(hear)

    assert told == [good.id]
    assert list(Alert.objects.filter(lapse=True, told_at=None).values_list("clock", flat=True)) == [
        bad.id
    ]
