"""A log line is one line, whatever stands in its fields."""

import logging

from broker.basics.log_lines import LineFormatter


def line(**fields: object) -> str:
    record = logging.makeLogRecord(
        {"name": "broker.api", "levelname": "WARNING", "msg": "api_refused", **fields}
    )
    return LineFormatter("%(levelname)s %(name)s %(message)s").format(record)


def test_fields_follow_the_event_in_the_order_of_their_names() -> None:
    assert (
        line(status=400, kind="invalid") == "WARNING broker.api api_refused kind=invalid status=400"
    )


def test_a_value_with_a_line_break_does_not_begin_a_second_line() -> None:
    written = line(route="a b\nERROR forged")

    assert "\n" not in written
    assert 'route="a b\\nERROR forged"' in written


def test_a_missing_value_is_left_out() -> None:
    assert line(organisation=None) == "WARNING broker.api api_refused"
