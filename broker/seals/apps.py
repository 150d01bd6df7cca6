"""The seals store makes its own schema before its first migration is recorded."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate

from broker.seals.router import STORE


class SealsConfig(AppConfig):
    name = "broker.seals"
    label = "seals"
    verbose_name = "Seals"

    def ready(self) -> None:
        """Hear the start of a migration of the seals store."""
        pre_migrate.connect(make_schema, sender=self, dispatch_uid="seals.schema")


def make_schema(*, using: str, **_: Any) -> None:
    """Create the schema that the store's search path names, on PostgreSQL.

    A migration would be too late: Django keeps its list of applied migrations in the same
    schema, and writes there first.
    """
    connection = connections[using]
    if using != STORE or connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS seals")
