"""Whether the parts of an instrument fit together: names exist, rows differ, sources are given."""

import re
from collections.abc import Iterable

from broker.law.clock import Alert, Clock, ClockKind, Rule
from broker.law.events import LegalEvent
from broker.law.faults import Fault
from broker.law.form import FieldType, Form, FormUse
from broker.law.instrument import Instrument
from broker.law.terms import Notification

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Values a lawyer must be able to trace, whatever the instrument.
_SOURCED = (
    "legal_basis", "effect", "issuers", "approvals", "addressee", "signature", "languages",
    "names", "retention", "outcomes",
)  # fmt: skip
_CLOCK_RULES = {Rule.SPAN, Rule.HOURS_EU}
_DAY_RULES = {Rule.DAYS, Rule.DAYS_EU, Rule.WORKING_DAYS_EU}


def judge(made: Instrument, file: str) -> None:
    """Raise Fault at the first thing in `made` (read from a file called `file`) that is unsound."""
    _identity(made, file)
    _told_apart(made)
    _sourced(made)
    _approvals(made)
    for clock in made.clocks:
        _clock(clock)
    _forms(made)
    _references(made)
    if made.notification:
        _notification(made, made.notification)


def file_name(instrument_id: str, version: int) -> str:
    """Return the only name the file of that instrument and version may have."""
    return f"{instrument_id}.toml" if version == 1 else f"{instrument_id}.v{version}.toml"


def _identity(made: Instrument, file: str) -> None:
    _demand(
        bool(_ID.fullmatch(made.id)), "id", f"{made.id!r} is not a plain id.",
        "Use lower-case letters, digits and single hyphens.",
    )  # fmt: skip
    _demand(made.version >= 1, "version", "Versions begin at 1.", "Write 1 or more.")
    wanted = file_name(made.id, made.version)
    _demand(
        file == wanted, "id", f"The file of this id and version is called {wanted}.",
        "Rename the file or correct the id and version.",
    )  # fmt: skip


def _told_apart(made: Instrument) -> None:
    _unique("form", (form.id for form in made.forms))
    _unique("clock", (clock.id for clock in made.clocks))
    _unique("outcome", (each.code for each in made.outcomes))
    _unique("ground", (f"{each.raised_by}: {each.code}" for each in made.grounds))
    _unique("notice", (each.id for each in made.notices))
    _unique("data_category", (each.id for each in made.data_categories))
    _unique("transport", (each.id for each in made.transports))
    orders = sum(form.use is FormUse.ORDER for form in made.forms)
    _demand(orders == 1, "form", f"There are {orders} order forms.", "Give exactly one.")
    _demand(bool(made.outcomes), "outcome", "No outcome is allowed.", "Name at least one.")


def _sourced(made: Instrument) -> None:
    wanted = [*_SOURCED]
    wanted += ["valid_from"] if made.valid_from else []
    wanted += ["data_categories"] if made.data_categories else []
    wanted += ["notification"] if made.notification else []
    wanted += ["transports"] if made.transports else []
    wanted += ["grounds"] if made.grounds else []
    wanted += ["notices"] if made.notices else []
    wanted += [f"form.{form.id}.{section.id}" for form in made.forms for section in form.sections]
    for path in wanted:
        _demand(
            made.source(path) is not None, f"source.{path}", "The value has no source.",
            "Say in [source] where it stands and how sure that is.",
        )  # fmt: skip
    for path, source in made.sources.items():
        _demand(bool(source.text.strip()), f"source.{path}", "It is empty.", "Name the source.")


def _approvals(made: Instrument) -> None:
    asked = made.approvals
    _demand(asked.people >= 1, "approvals.people", "Nobody approves.", "Write 1 or more.")
    _demand(
        asked.people == 1 or not asked.drafter_may_approve, "approvals.drafter_may_approve",
        "Where two people are asked, one cannot be both.", "Write false.",
    )  # fmt: skip
    _demand(asked.needed >= 1, "approvals.people", "No approval is left to give.", "Write 2.")


def _clock(clock: Clock) -> None:
    at = f"clock[{clock.id}]"
    numberless = clock.kind is ClockKind.STANDARD
    _demand(
        numberless == (clock.duration is None) == (clock.rule is Rule.NONE), f"{at}.duration",
        "A clock has a duration and a rule, or is of kind standard with rule none.",
        "Give both or neither.",
    )  # fmt: skip
    if clock.duration:
        rules = _CLOCK_RULES if clock.duration.is_clock else _DAY_RULES
        _demand(
            clock.rule in rules, f"{at}.rule", f"{clock.rule} does not count {clock.duration}.",
            f"Use one of: {', '.join(sorted(rules))}.",
        )  # fmt: skip
    _demand(bool(clock.start), f"{at}.start", "Nothing starts it.", "Name an event.")
    _demand(
        not clock.suspend_on or bool(clock.resume_on or clock.restart_on), f"{at}.suspend_on",
        "What stands still must be able to go on.", "Name an event in resume_on or restart_on.",
    )  # fmt: skip
    for number, alert in enumerate(clock.alerts):
        _alert(alert, f"{at}.alert[{number}]")


def _alert(alert: Alert, at: str) -> None:
    _demand(
        not (alert.before and alert.after), at, "It cannot be before and after.", "Keep one.",
    )  # fmt: skip
    _demand(
        alert.times >= 1 and (alert.times == 1) == (alert.every is None), f"{at}.times",
        "A repeated rung needs `every`, and `times` of 2 or more.", "Give both or neither.",
    )  # fmt: skip
    _demand(bool(alert.who), f"{at}.who", "Nobody is told.", "Name a seat.")
    lengths = (alert.before, alert.after, alert.every)
    _demand(
        all(length is None or length.is_clock for length in lengths), at,
        "Alerts are counted in hours, minutes and seconds.", "Write PT24H rather than P1D.",
    )  # fmt: skip


def _forms(made: Instrument) -> None:
    for form in made.forms:
        at = f"form[{form.id}]"
        _unique(f"{at}.section", (section.id for section in form.sections))
        _unique(f"{at}.field", (each.key for each in form.fields))
        _fields(form, at)


def _fields(form: Form, at: str) -> None:
    keys = {each.key for each in form.fields}
    for each in form.fields:
        where = f"{at}.field[{each.key}]"
        _demand(
            bool(_KEY.fullmatch(each.key)), where, "It is no plain key.",
            "Use letters, digits and underscores.",
        )  # fmt: skip
        _demand(
            (each.type is FieldType.ENUM) == bool(each.options), f"{where}.option",
            "Options belong to an enum, and only there.", "Give options or change the type.",
        )  # fmt: skip
        _unique(f"{where}.option", (option.code for option in each.options))
        _demand(
            each.when is None or each.when.field in keys, f"{where}.when",
            "It waits for a field that is not in the form.", "Name a field of this form.",
        )  # fmt: skip
        _demand(
            each.when is None or not each.cardinality.is_required, f"{where}.when",
            "A field that is always required needs no condition.", "Use 0..1 or 0..n.",
        )  # fmt: skip


def _references(made: Instrument) -> None:
    clocks = {clock.id for clock in made.clocks}
    for number, example in enumerate(made.examples):
        _demand(
            example.clock in clocks, f"example[{number}].clock", "There is no such clock.",
            f"Use one of: {', '.join(sorted(clocks))}.",
        )  # fmt: skip
    events = set(LegalEvent)
    for notice in made.notices:
        _demand(
            notice.on in events, f"notice[{notice.id}].on", f"{notice.on!r} is no known event.",
            "Use a name of law/events.py.",
        )  # fmt: skip


def _notification(made: Instrument, notification: Notification) -> None:
    clocks = {clock.id for clock in made.clocks}
    for name in (notification.clock, notification.clock_emergency):
        _demand(name in clocks, "notification.clock", f"No clock is called {name!r}.", "Name one.")
    _demand(
        made.form.field(notification.waiver_field) is not None, "notification.waiver_field",
        "The order form has no such field.", "Name a field of the order form.",
    )  # fmt: skip


def _unique(at: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        _demand(name not in seen, at, f"{name!r} is given twice.", "Rename or remove one.")
        seen.add(name)


def _demand(holds: bool, key: str, why: str, remedy: str) -> None:
    if not holds:
        raise Fault(key, why, remedy)
