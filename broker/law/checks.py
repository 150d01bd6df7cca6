"""Django system checks: an unsound instrument or a missing calendar stops start-up."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from broker.law import catalogue


@register()
def instruments_are_sound(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return one error per unsound instrument file: broker.law.E001; E002 if there is none."""
    found: list[CheckMessage] = [
        Error(f"{fault.file}: {fault.key}: {fault.why}", hint=fault.remedy, id="broker.law.E001")
        for fault in catalogue.faults()
    ]
    if not any(catalogue.FOLDER.glob("*.toml")):
        found.append(
            Error(
                "No instrument was found.",
                hint="The folder broker/law/instruments must come with the installation.",
                id="broker.law.E002",
            )
        )
    return found
