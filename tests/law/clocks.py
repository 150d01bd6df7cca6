"""Made-up clocks for tests of counting."""

from dataclasses import replace
from datetime import datetime

from broker.law import catalogue
from broker.law.clock import ClockKind


def clock(duration, rule, kind=ClockKind.COMPLY):
    template = catalogue.get("demo-ten-seconds").clock("comply")
    return replace(template, duration=duration, rule=rule, kind=kind)


def at(text):
    return datetime.fromisoformat(text)
