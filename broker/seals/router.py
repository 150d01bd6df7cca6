"""Wrapped keys live in a store of their own, apart from the database they protect."""

from typing import Any

STORE = "seals"


class SealsRouter:
    """Send the models of the seals room, and nothing else, to the seals store."""

    def db_for_read(self, model: type[Any], **hints: Any) -> str | None:
        return STORE if model._meta.app_label == "seals" else None

    def db_for_write(self, model: type[Any], **hints: Any) -> str | None:
        return STORE if model._meta.app_label == "seals" else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return (db == STORE) == (app_label == "seals")
