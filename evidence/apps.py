"""Evidence: requests for data, and the packages that answer them."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = "Evidence"

    def ready(self) -> None:
        """Listen to the news from courier and clocks."""
        from evidence import receivers  # noqa: F401
