"""Referrals: units refer content, platforms answer for each item."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        """Listen to the news from courier and clocks."""
        from referrals import receivers  # noqa: F401
