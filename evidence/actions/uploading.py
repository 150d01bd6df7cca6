"""Payloads come in by parts: begun under a signature, carried by an address nobody can guess.

What is here, and up to which byte, the vault knows; it is durable before any answer says so.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from broker.access.acting import acting, looking
from broker.basics.actor import SYSTEM, Actor
from broker.basics.clock import now
from broker.basics.errors import (
    Conflict,
    DigestMismatch,
    Expired,
    Invalid,
    NotFound,
    TooLarge,
    WrongState,
)
from broker.vault import store
from evidence.flow import REQUEST, State
from evidence.models import Request, Upload
from evidence.package.payload import PayloadFacts, measure
from evidence.policy import may

LIFETIME = timedelta(days=3)
MOST_OPEN = 5
_QUIET, _BATCH = timedelta(hours=1), 1000
MOST_BYTES = 2**40
# The smallest payload there is: 1 MiB of padded bag, its nonce and sixteen chunk tags.
LEAST_BYTES = 1_048_848


@dataclass(frozen=True, slots=True)
class Begun:
    """A new upload and the secret part of its address, which is told once and not kept."""

    upload: Upload
    token: str


def begin(request: Request, *, size: int, sha256: str, actor: Actor) -> Begun:
    """Open an upload of `size` bytes with the digest `sha256` (hex) for the request's platform.

    Raises NotAllowed or WrongState when no package may come, Invalid or TooLarge for a size no
    payload has, Conflict when too many are open.
    """
    may(actor, REQUEST.step("receive_package", State(request.state)), request).require()
    _demand_size(size)
    at = now()
    _demand_few(request, at)
    token = secrets.token_urlsafe(32)
    upload = Upload(
        request=request,
        organisation_id=request.platform_id,
        token_sha256=_digest_of(token),
        size=size,
        sha256=sha256,
        created_at=at,
        expires_at=at + LIFETIME,
    )
    store().begin(upload.name)
    upload.save(force_insert=True)
    return Begun(upload, token)


def upload_at(token: str) -> Upload:
    """Return the upload whose address holds `token`; raise NotFound or Expired."""
    upload = Upload.objects.filter(token_sha256=_digest_of(token)).first()
    if upload is None:
        raise NotFound("There is no such upload.", remedy="Begin an upload for the request.")
    if upload.finished_at is None and now() >= upload.expires_at:
        raise Expired(
            "The upload has expired.",
            why="It was ended, or not completed in time.",
            remedy="Begin a new upload for the request.",
        )
    return upload


def offset_of(upload: Upload) -> int:
    """Return how many bytes of the upload are here for good."""
    if upload.finished_at is not None:
        return upload.size
    try:
        return store().size(upload.name)
    except NotFound:
        # All of it came, and the process ended before that was written down.
        return store().stat(upload.name)


def append(upload: Upload, *, offset: int, chunks: Iterable[bytes]) -> int:
    """Add bytes at `offset`; return the new offset, durable.

    Raises Conflict at another offset or while another part comes in, TooLarge beyond the
    announced size. Whatever came before a fault stays: ask where to go on.
    """
    if offset_of(upload) == upload.size:
        return _nothing_more(upload, offset, chunks)
    return store().append(upload.name, offset, _up_to(upload.size - offset, chunks))


def settle(upload: Upload) -> PayloadFacts:
    """Close an upload whose bytes are all here; return what is known of its payload.

    Raises WrongState for a truncated one. Whether it is the announced payload, `record` tells.
    """
    if upload.crc32 is not None:
        return PayloadFacts(upload.size, upload.sha256, upload.crc32)
    here = offset_of(upload)
    if here != upload.size:
        raise WrongState(
            "The upload is not complete.",
            why=f"{here} of {upload.size} bytes are here.",
            remedy="Send the rest, then hand in the envelope.",
        )
    store().finish(upload.name, upload.name)
    with store().open(upload.name) as stream:
        return measure(stream)


def record(upload: Upload, facts: PayloadFacts) -> bool:
    """Write down that the upload is complete, and tell whether it is the announced payload.

    If it is another one the upload has ended: `discard` its bytes after the commit.
    """
    if facts.sha256 != upload.sha256:
        end(upload)
        return False
    upload.crc32, upload.finished_at = facts.crc32, now()
    upload.save(update_fields=["crc32", "finished_at"])
    return True


def other_payload(upload: Upload, facts: PayloadFacts) -> DigestMismatch:
    """Return the refusal for a payload that is not the announced one."""
    return DigestMismatch(
        "The payload is not the one that was announced.",
        why=f"Its SHA-256 is {facts.sha256}, announced was {upload.sha256}.",
        remedy="Begin a new upload and send the payload again.",
    )


def end(upload: Upload) -> None:
    """End an upload: its bytes may go. Raises Conflict when a package was made of it.

    Asked of the row itself, not of what was read before: a package may just be made of it, and
    its bytes are then kept under the rules of evidence.
    """
    gone = {"expires_at": now(), "finished_at": None, "crc32": None}
    if not Upload.objects.filter(pk=upload.pk, package=None).update(**gone):
        raise Conflict(
            "The upload has become a package.",
            why="What was received is kept under the rules of evidence.",
        )
    for name, value in gone.items():
        setattr(upload, name, value)


def discard(upload: Upload) -> None:
    """Delete the bytes of an upload that has ended; after the commit."""
    store().abandon(upload.name)
    store().delete(upload.name)


def clear_expired() -> int:
    """Delete uploads that ended without a package an hour ago or more; return how many."""
    with looking(SYSTEM):
        ended = list(Upload.objects.filter(package=None, expires_at__lt=now() - _QUIET)[:_BATCH])
    for upload in ended:
        discard(upload)
    with acting(SYSTEM):
        Upload.objects.filter(id__in=[upload.id for upload in ended], package=None).delete()
    return len(ended)


def _demand_size(size: int) -> None:
    if size < LEAST_BYTES:
        raise Invalid(
            "A payload is never so small.",
            why=f"Padding makes it at least {LEAST_BYTES} bytes; {size} are announced.",
            remedy="Seal the package with the client and upload its payload.bin.",
            fields={"size": [f"At least {LEAST_BYTES}."]},
        )
    if size > MOST_BYTES:
        raise TooLarge(
            "The payload is too large.",
            why=f"{size} bytes are announced; at most {MOST_BYTES} are taken.",
            remedy="Split the data into several packages.",
        )


def _demand_few(request: Request, at: object) -> None:
    open_ones = Upload.objects.filter(request=request, package=None, expires_at__gt=at)
    if open_ones.count() >= MOST_OPEN:
        raise Conflict(
            "Too many uploads are open for this request.",
            why=f"At most {MOST_OPEN} may be.",
            remedy="End one of them with DELETE, or go on with it.",
        )


def _nothing_more(upload: Upload, offset: int, chunks: Iterable[bytes]) -> int:
    if offset != upload.size:
        raise Conflict(
            f"The upload cannot go on at byte {offset}.", why=f"All {upload.size} bytes are here."
        )
    for _ in _up_to(0, chunks):
        pass
    return upload.size


def _up_to(most: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass `chunks` on, whole or not at all, as long as they do not exceed `most` bytes."""
    for chunk in chunks:
        if len(chunk) > most:
            raise TooLarge(
                "More bytes came than were announced.",
                why="An upload has exactly the size it was begun with.",
                remedy="Begin a new upload with the right size.",
            )
        most -= len(chunk)
        yield chunk


def _digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
