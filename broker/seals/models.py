"""Wrapped data keys, one a scope, in a store of their own (see router.py)."""

from django.db import models


class WrappedKey(models.Model):
    """The data key of one scope, wrapped by the key-encryption key `kek_name`.

    `scope` is a case, an organisation or the broker, written as its stream is:
    `case:<id>`, `org:<party id>`, `broker`. A destroyed key leaves its row, empty and dated,
    so that nobody makes another in its place.
    """

    scope = models.CharField(max_length=100, primary_key=True)
    wrapped = models.BinaryField()
    kek_name = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True) | models.Q(wrapped=b""),
                name="a_destroyed_key_is_empty",
            )
        ]

    def __str__(self) -> str:
        return self.scope
