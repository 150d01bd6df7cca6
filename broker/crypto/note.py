"""Signed notes: who signed a text, log checkpoints, witnesses' cosignatures, promises.

Which keys to trust is the caller's to say; quorums are in tlog_proof.
Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature (commit 5ba5ee8).
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from broker.crypto.keys import PublicKey, SigningKey
from broker.crypto.note_text import (
    MAX_NUMBER,
    Checkpoint,
    NoteError,
    Promise,
    parse_base64,
    write_base64,
)

__all__ = [
    "COSIGNATURE",
    "LOG",
    "Checkpoint",
    "Note",
    "NoteError",
    "NoteKey",
    "Promise",
    "Signature",
    "Vkey",
    "open_note",
    "open_promise",
    "parse_vkey",
    "sign_note",
    "signature_line",
    "vkey",
]

LOG = 0x01
COSIGNATURE = 0x04
MAX_SIGNATURES = 100

_SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_UNFIT = re.compile(r"[\x00-\x1f\s+]")
_STAMP_BYTES = {LOG: 0, COSIGNATURE: 8}


@dataclass(frozen=True, slots=True)
class Vkey:
    """What verifies a note: `kind` is LOG or COSIGNATURE, `public` the 32 bytes of an Ed25519 key.

    `str(vkey)` is its text form, `name+id+base64`.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        """Raise NoteError for a name, kind or key that a note cannot carry."""
        if not self.name or _UNFIT.search(self.name):
            raise NoteError(
                f"The key name {self.name!r} is empty or holds a space, control or plus."
            )
        if self.kind not in _STAMP_BYTES:
            raise NoteError(f"Keys of signature type {self.kind:#04x} are not accepted.")
        if len(self.public) != 32:
            raise NoteError(f"An Ed25519 key has 32 bytes, not {len(self.public)}.")

    @property
    def id(self) -> bytes:
        """Return the four bytes that, with the name, point from a signature to its key."""
        name = self.name.encode("utf-8")
        return hashlib.sha256(name + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{write_base64(bytes([self.kind]) + self.public)}"

    def verify(self, text: str, signature: bytes) -> "Signature":
        """Return who signed `text` and when; raise NoteError if `signature` is not this key's."""
        stamp, signature = signature[:-64], signature[-64:]
        timestamp = int.from_bytes(stamp) if self.kind == COSIGNATURE else None
        key = PublicKey.from_spki(_SPKI_PREFIX + self.public)
        is_sound = len(stamp) == _STAMP_BYTES[self.kind] and (timestamp or 0) <= MAX_NUMBER
        if not is_sound or not key.verify(signature, _message(text, timestamp)):
            raise NoteError(f"A signature in the name of {self.name} does not verify.")
        return Signature(self, timestamp)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that verified; `timestamp` in POSIX seconds, only for cosignatures."""

    vkey: Vkey
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class NoteKey:
    """What signs a note: an Ed25519 key under a name, for one kind of signature."""

    name: str
    key: SigningKey
    kind: int = LOG

    def verifier(self) -> Vkey:
        """Return the public side; raise NoteError unless it is an Ed25519 key."""
        if self.key.algorithm != "ed25519":
            raise NoteError(f"The note key {self.name} is not an Ed25519 key.")
        return Vkey(self.name, self.kind, self.key.spki()[-32:])


@dataclass(frozen=True, slots=True)
class Note:
    """A note's text (ending in LF) and the signatures that verified, at least one."""

    text: str
    verified: tuple[Signature, ...]


def vkey(key: NoteKey) -> str:
    """Return the text form of a key's public side."""
    return str(key.verifier())


def parse_vkey(text: str) -> Vkey:
    """Read `name+id+base64`; raise NoteError when malformed or when the id is not the key's."""
    parts = text.split("+", 2)
    material = parse_base64(parts[-1])
    if len(parts) != 3 or not material:
        raise NoteError("The verifier key is not of the form name+id+key.")
    key = Vkey(parts[0], material[0], material[1:])
    if parts[1] != key.id.hex():
        raise NoteError(f"The verifier key of {key.name} does not have the id it states.")
    return key


def sign_note(text: str, *signers: NoteKey, at: datetime | None = None) -> str:
    """Return `text` (ending in LF) signed by every signer, in their order.

    `at` (aware) is the time a cosigner states; without cosigners it is not used.
    """
    _demand_text(text)
    return text + "\n" + "".join(signature_line(text, key, at=at) for key in signers)


def signature_line(text: str, key: NoteKey, *, at: datetime | None = None) -> str:
    """Return the one line, ending in LF, by which `key` signs `text`.

    A cosigner needs `at` (aware) and signs checkpoints only; raises NoteError otherwise.
    """
    public, stamp, timestamp = key.verifier(), b"", None
    if key.kind == COSIGNATURE:
        Checkpoint.parse(text)
        if at is None:
            raise NoteError("A cosignature states its time; none was given.")
        timestamp = int(at.timestamp())
        stamp = timestamp.to_bytes(8)
    signature = key.key.sign(_message(text, timestamp))
    return f"— {public.name} {write_base64(public.id + stamp + signature)}\n"


def open_note(note: str, vkeys: Iterable[Vkey]) -> Note:
    """Return the text and every signature by one of `vkeys`; signatures of others are ignored.

    Raises NoteError when the note is malformed, a known key's signature fails, or none is known.
    """
    _demand_text(note)
    text, separator, tail = note.rpartition("\n\n")
    text += "\n"
    lines = tail.split("\n")
    if not separator or lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise NoteError(f"The note does not end in 1 to {MAX_SIGNATURES} signature lines.")
    known = {(key.name, key.id): key for key in vkeys}
    parsed = [_parse_line(line) for line in lines]
    found = [(known.get((name, key_id)), signature) for name, key_id, signature in parsed]
    verified = tuple(key.verify(text, signature) for key, signature in found if key)
    if not verified:
        raise NoteError("The note is not signed by any key that is trusted for it.")
    return Note(text, verified)


def open_promise(note: str, vkeys: Iterable[Vkey]) -> Promise:
    """Read a promise signed under the name `<origin>/promise`; raise NoteError otherwise."""
    opened = open_note(note, vkeys)
    promise = Promise.parse(opened.text)
    names = {(signed.vkey.name, signed.vkey.kind) for signed in opened.verified}
    if (f"{promise.origin}/promise", LOG) not in names:
        raise NoteError("The promise is not signed by the promise key of its own log.")
    return promise


def _message(text: str, timestamp: int | None) -> bytes:
    head = "" if timestamp is None else f"cosignature/v1\ntime {timestamp}\n"
    return (head + text).encode("utf-8")


def _parse_line(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, signature = rest.partition(" ")
    data = parse_base64(signature)
    if dash != "—" or not name or len(data) < 5:
        raise NoteError("A signature line of the note is malformed.")
    return name, data[:4], data[4:]


def _demand_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("A note ends in a line feed and holds no other control character.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NoteError("A note's text is not valid Unicode.") from None
