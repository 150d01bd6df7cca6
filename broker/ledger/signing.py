"""The names and keys under which the log signs checkpoints and the broker gives promises."""

from django.conf import settings

from broker.crypto.note import NoteKey, Vkey
from broker.seals.keyring import signing_key


def origin() -> str:
    """Return the log's origin: public host and path, no scheme, no slash at the end."""
    return str(settings.LOG_ORIGIN)


def log_signer() -> NoteKey:
    """Return the log's key; only the sequencer needs it."""
    return NoteKey(origin(), signing_key("log", "ed25519"))


def promise_signer() -> NoteKey:
    """Return the promise key, the only one of the two that web processes hold."""
    return NoteKey(f"{origin()}/promise", signing_key("promise", "ed25519"))


def log_vkey() -> Vkey:
    """Return what verifies checkpoints."""
    return log_signer().verifier()


def promise_vkey() -> Vkey:
    """Return what verifies promises."""
    return promise_signer().verifier()
