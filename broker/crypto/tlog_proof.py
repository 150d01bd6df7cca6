"""Proofs of logging that verify offline, and the policy that says which log and witnesses count.

Source: C2SP tlog-proof (commit 5ba5ee8) and tlog-policy (commit 13027ee).
"""

from dataclasses import dataclass

from broker.crypto.merkle import verify_inclusion
from broker.crypto.note import NoteError
from broker.crypto.note_text import parse_base64, parse_hash, parse_number, write_base64
from broker.crypto.tlog_policy import Policy, Witnessed, parse_policy

__all__ = ["Policy", "TlogProof", "Witnessed", "parse_policy", "parse_proof"]

_FORM = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The leaf at `index` lies under the checkpoint in the signed note `checkpoint_note`.

    `path` holds hashes of 32 bytes, the leaf's sibling first; `extra` is not authenticated.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint_note: str
    extra: bytes | None = None

    def text(self) -> str:
        """Return the proof as a c2sp.org/tlog-proof@v1 text."""
        extra = [] if self.extra is None else [f"extra {write_base64(self.extra)}"]
        hashes = [write_base64(value) for value in self.path]
        lines = [_FORM, *extra, f"index {self.index}", *hashes, "", self.checkpoint_note]
        return "\n".join(lines)

    def verify(self, leaf: bytes, policy: Policy) -> Witnessed:
        """Check that leaf hash `leaf` is in a log, at a checkpoint, that satisfies `policy`.

        Raises NoteError or merkle.ProofError, both ValueErrors. With `quorum none` the result
        names no witness: whether that is enough is the caller's decision.
        """
        witnessed = policy.verify(self.checkpoint_note)
        checkpoint = witnessed.checkpoint
        verify_inclusion(leaf, self.index, checkpoint.size, self.path, checkpoint.root)
        return witnessed


def parse_proof(text: str) -> TlogProof:
    """Read a c2sp.org/tlog-proof@v1 text; raise NoteError when it is malformed.

    The checkpoint's signatures and the path are checked by TlogProof.verify.
    """
    head, separator, note = text.partition("\n\n")
    form, *lines = head.split("\n")
    if form != _FORM or not separator:
        raise NoteError(f"The proof is not a text of the form {_FORM}.")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = parse_base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise NoteError("The proof does not state the index of its leaf.")
    index = parse_number(lines.pop(0).removeprefix("index "))
    return TlogProof(index, tuple(parse_hash(line) for line in lines), note, extra)
