"""The vault that the settings choose."""

from functools import cache
from pathlib import Path

from django.conf import settings

from broker.vault.backends.filesystem import FilesystemVault
from broker.vault.base import Vault


def store() -> Vault:
    """Return the vault where sealed evidence and captures are kept."""
    return _filesystem(settings.VAULT_FOLDER)


@cache
def _filesystem(folder: str) -> FilesystemVault:
    return FilesystemVault(Path(folder))
