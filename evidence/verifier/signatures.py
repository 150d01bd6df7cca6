"""A CMS signature as two checks see it: 3 asks whether it holds, 4 what it is made of."""

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm

from broker.crypto import cms


@dataclass(frozen=True, slots=True)
class Reading:
    """`parsed` is None when the signature cannot be read.

    `fault` says why it does not hold, `weakness` which algorithm is not accepted; both are
    empty for a signature that holds. Whose it is, is judged elsewhere.
    """

    parsed: cms.ParsedSignature | None = None
    fault: str = ""
    weakness: str = ""


def read(der: bytes, *, digest: bytes) -> Reading:
    """Read a signature over content whose SHA-256 is `digest`; never raises."""
    parsed = None
    try:
        parsed = cms.read_signature(der)
        cms.verify_digest(parsed, digest)
    except cms.AlgorithmError as weakness:
        return Reading(parsed, fault="Its algorithm is not accepted.", weakness=str(weakness))
    except UnsupportedAlgorithm as weakness:
        return Reading(parsed, fault="Its algorithm is not known.", weakness=str(weakness))
    except ValueError as fault:
        return Reading(parsed, fault=str(fault))
    return Reading(parsed)
