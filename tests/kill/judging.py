"""Child: wait until everything has come to rest, then tell, as JSON, what does not hold.

Looks at the rows themselves, not through the code that wrote them.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import django

_LOOK_EVERY_S = 1.0


def main() -> None:
    """Words: the JSON file of what was expected, and how many seconds to wait for rest."""
    django.setup()
    with open(sys.argv[1]) as file:
        expected = json.load(file)
    until = time.monotonic() + float(sys.argv[2])
    while (unrest := list(_unrest(expected))) and time.monotonic() < until:
        time.sleep(_LOOK_EVERY_S)
    faults = unrest or list(_faults(expected))
    sys.stdout.write(json.dumps({"faults": faults, "facts": _facts()}))


def _unrest(expected: dict[str, Any]) -> Iterator[str]:
    from broker.clocks.models import Alert, Clock
    from broker.courier.models import Dispatch
    from broker.ledger.models import Pool
    from referrals.models import Referral

    missing = len(expected["journeys"]) - Referral.objects.count()
    if missing > 0:
        yield f"{missing} referrals are not there yet"
    if unproven := Dispatch.objects.filter(receipt_at=None).count():
        yield f"{unproven} dispatches without a proven receipt"
    if waiting := Pool.objects.count():
        yield f"{waiting} entries wait for their index"
    silent = Clock.objects.filter(instrument_id="demo-ten-seconds")
    if ringing := silent.exclude(next_alert_at=None).count():
        yield f"{ringing} clocks of ten seconds have alerts to ring"
    if untold := Alert.objects.filter(lapse=True, told_at=None).count():
        yield f"{untold} lapses are not told"


def _faults(expected: dict[str, Any]) -> Iterator[str]:
    yield from _referral_faults(expected)
    yield from _clock_faults()
    yield from _dispatch_faults(expected)
    yield from _act_faults(expected)
    yield from _ledger_faults()


def _plans() -> dict[Any, tuple[str, int]]:
    """Return plan and number of each referral, from the address of its first item."""
    from referrals.models import Item

    firsts = Item.objects.filter(position=1).values_list("referral_id", "url")
    return {case: (url.split("/")[3], int(url.split("/")[4])) for case, url in firsts}


def _referral_faults(expected: dict[str, Any]) -> Iterator[str]:
    from referrals.models import Answer, Referral

    plans, verbs = _plans(), _verbs()
    filed = Counter(number for _, number in plans.values())
    if filed != Counter(expected["journeys"]):
        yield f"filed {filed}, wanted each journey once"
    answers = Counter(Answer.objects.values_list("item__referral", "item__position"))
    for case in Referral.objects.all():
        plan = plans[case.id][0]
        state = "received" if plan == "silent" else "answered"
        if case.state != state:
            yield f"{case} is {case.state}, wanted {state}"
        wanted = 0 if plan == "silent" else 1
        given = [answers[case.id, position] for position in (1, 2)]
        if given != [wanted, wanted]:
            yield f"{case} has {given} answers for its items, wanted {wanted} each"
        steps = verbs[case.stream]
        if steps != (meant := _meant(case, plan, steps)):
            yield f"{case} went through {dict(steps)}, wanted {dict(meant)}"


def _meant(case: Any, plan: str, steps: Counter[str]) -> Counter[str]:
    """Return the steps that a case of this plan has taken, each once.

    An order answered late has lapsed as well; whether it was late is seen from its clock.
    """
    meant = ["receive"]
    meant += ["file"] if case.instrument_id == "policy-two-hours" else ["draft", "approve", "send"]
    meant += {"whole": ["complete"], "parts": ["answer", "complete"], "silent": []}[plan]
    if plan == "silent" or case.lapsed_at:
        meant.append("note_lapse")
    return Counter(f"referral.{verb}" for verb in meant)


def _verbs() -> dict[str, Counter[str]]:
    from broker.ledger.models import Entry

    found: dict[str, Counter[str]] = defaultdict(Counter)
    rows = Entry.objects.filter(stream__startswith="case:", seq__isnull=False)
    for stream, verb in rows.values_list("stream", "verb"):
        found[stream][verb] += 1
    return found


def _clock_faults() -> Iterator[str]:
    from broker.clocks.models import Clock
    from referrals.models import Referral

    plans = _plans()
    ran = Counter(Clock.objects.values_list("subject_id", "name"))
    cases = Referral.objects.all()
    if ran != Counter((case.id, each.id) for case in cases for each in case.instrument.clocks):
        yield f"{sum(ran.values())} clocks ran; wanted each clock of each case once"
    for clock in Clock.objects.prefetch_related("alerts"):
        silent = plans[clock.subject_id][0] == "silent" and clock.name == "comply"
        yield from _alert_faults(clock, silent=silent)


def _alert_faults(clock: Any, *, silent: bool) -> Iterator[str]:
    from broker.clocks.schedule import ladder

    firings = ladder(clock.period, due_at=clock.due_at, lapses_at=clock.lapses_at)
    planned = Counter((each.rung, each.repetition, each.at) for each in firings)
    rung = Counter((each.rung, each.repetition, each.planned_at) for each in clock.alerts.all())
    if silent and rung != planned:
        yield f"{clock} rang {sorted(rung)}, planned were {sorted(planned)}"
    if not silent and rung - planned:
        yield f"{clock} rang {sorted(rung - planned)}, which was not planned"
    if any(each.rung_at < each.planned_at for each in clock.alerts.all()):
        yield f"{clock} rang before its time"
    lapsed = any(each.lapse for each in clock.alerts.all())
    wanted = "lapsed" if lapsed else "met"
    if clock.status != wanted or (clock.stopped_at is None) != silent:
        yield f"{clock} is {clock.status}, stopped {clock.stopped_at}; wanted {wanted}"


def _dispatch_faults(expected: dict[str, Any]) -> Iterator[str]:
    from broker.clocks.models import Alert
    from broker.courier.models import Dispatch

    wanted = {
        "referral.order": len(expected["journeys"]),
        "referral.feedback": expected["answers"],
    }
    alerts = Dispatch.objects.filter(kind="clock.alert")
    told = [one["alert"] for each in alerts for one in json.loads(each.body)["content"]["alerts"]]
    if Counter(told) != Counter(str(one) for one in Alert.objects.values_list("id", flat=True)):
        yield f"{len(told)} alerts were told, {Alert.objects.count()} have rung"
    by_kind = Counter(Dispatch.objects.exclude(kind="clock.alert").values_list("kind", flat=True))
    if by_kind != Counter(wanted):
        yield f"dispatches {dict(by_kind)}, wanted {wanted}"
    once = Dispatch.objects.exclude(kind="referral.feedback").values_list("kind", "subject_id")
    yield from (f"{count} of {one}" for one, count in Counter(once).items() if count != 1)
    undelivered = Dispatch.objects.exclude(status="delivered")
    yield from (f"{each} is {each.status}" for each in undelivered)
    signed = [each for each in Dispatch.objects.filter(connector="webhook") if each.receipt]
    yield from (f"{each}: {each.receipt}" for each in signed if not each.receipt["signed"])


def _act_faults(expected: dict[str, Any]) -> Iterator[str]:
    """Each act of the API is kept once, and only acts that happened are kept."""
    from broker.api.models import IdempotencyRow

    acts = Counter(IdempotencyRow.objects.values_list("operation", flat=True))
    counts = {operation.rsplit("/", 1)[-1]: count for operation, count in acts.items()}
    counts.pop("inbox", None)  # batches: how many there are is chance
    wanted = {
        "referrals": len(expected["journeys"]),
        "send": expected["sends"],
        "answers": expected["answers"],
    }
    if counts != wanted:
        yield f"acts {counts}, wanted {wanted}"


def _ledger_faults() -> Iterator[str]:
    from broker.clocks.models import Alert
    from broker.ledger.models import Entry
    from broker.ledger.verify import verify_ledger

    report = verify_ledger()
    yield from report.faults
    if report.waiting:
        yield f"{report.waiting} entries wait"
    counts = Entry.objects.filter(verb="clocks.rung").values_list("counts", flat=True)
    rung = sum(each["alerts"] for each in counts)
    if rung != Alert.objects.count():
        yield f"the ledger tells of {rung} alerts, {Alert.objects.count()} rang"


def _facts() -> dict[str, Any]:
    from broker.clocks.models import Alert
    from broker.courier.models import Dispatch
    from broker.ledger.models import Entry
    from referrals.models import Referral

    attempts = Dispatch.objects.filter(connector="webhook").values_list("attempts", flat=True)
    return {
        "referrals": Referral.objects.count(),
        "lapsed": Referral.objects.exclude(lapsed_at=None).count(),
        "dispatches": Dispatch.objects.count(),
        "tried_again": sum(each > 1 for each in attempts),
        "alerts": Alert.objects.count(),
        "entries": Entry.objects.count(),
        "webhook": sorted(
            str(each)
            for each in Dispatch.objects.filter(
                connector="webhook", organisation__slug="webhook"
            ).values_list("id", flat=True)
        ),
        "unit": sorted(
            str(each)
            for each in Dispatch.objects.filter(organisation__slug="unit").values_list(
                "id", flat=True
            )
        ),
    }


if __name__ == "__main__":
    main()
