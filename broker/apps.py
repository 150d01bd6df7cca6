"""The house as one Django app: it loads the Celery app and hears the start-up checks."""

from django.apps import AppConfig


class BrokerConfig(AppConfig):
    name = "broker"
    label = "broker"
    verbose_name = "Broker"

    def ready(self) -> None:
        """Load the Celery app, so that bells find it, and the law's checks."""
        from broker import celery  # noqa: F401
        from broker.law import checks  # noqa: F401
