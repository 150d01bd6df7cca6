"""The courier as a Django app: it hears what the clocks ring."""

from django.apps import AppConfig


class CourierConfig(AppConfig):
    name = "broker.courier"
    label = "courier"
    verbose_name = "Courier"

    def ready(self) -> None:
        """Listen to the clocks."""
        from broker.courier import receivers  # noqa: F401
