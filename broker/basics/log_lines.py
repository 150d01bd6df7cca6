"""One line an event: its fixed name, then its fields as name=value."""

import json
import logging

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """`2026-11-24T12:00:00+0000 WARNING broker.api api_refused kind=invalid status=400`.

    Fields come from `extra`. A value that holds a space, a quote, an equals sign or a line
    break is written as a JSON string, so that one event stays one line.
    """

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        fields = (
            f"{name}={_written(value)}"
            for name, value in sorted(record.__dict__.items())
            if name not in _OWN and value is not None
        )
        return " ".join([super().format(record), *fields])


def _written(value: object) -> str:
    text = str(value)
    plain = text.isprintable() and not set(text) & {" ", '"', "="}
    return text if plain and text else json.dumps(text)
