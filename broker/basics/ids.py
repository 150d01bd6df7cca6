"""Names of things: keys in time order for the database, references people can read aloud."""

import secrets
import time
from uuid import UUID

# No 0, 1, I, L, O, U: nothing that is misread on paper or on the telephone.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7() -> UUID:
    """Return a new UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def public_reference(prefix: str) -> str:
    """Return a reference such as `R-7K3M-Q9TX-4WBN`: 12 letters, about 59 random bits."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{prefix}-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
