"""Bech32 without a length limit, as age writes its keys (BIP 173, checksum constant 1)."""

from collections.abc import Iterable

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class Bech32Error(ValueError):
    """The text is not Bech32."""


def encode(prefix: str, data: bytes) -> str:
    """Write `data` behind the lower-case `prefix`; the result is lower case."""
    values = _regroup(data, from_bits=8, to_bits=5)
    check = _checksum([*_spread(prefix), *values, *[0] * 6]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_LETTERS[value] for value in values)}"


def decode(text: str) -> tuple[str, bytes]:
    """Return the prefix in the case it was written in, and the bytes.

    Raises Bech32Error for mixed case, strange letters, a wrong checksum or padding.
    """
    if text not in (text.lower(), text.upper()):
        raise Bech32Error("The key mixes upper and lower case.")
    prefix, mark, rest = text.rpartition("1")
    if not mark or not prefix or len(rest) < 6 or not prefix.isascii():
        raise Bech32Error("The key has no prefix or is too short.")
    values = [_LETTERS.find(letter) for letter in rest.lower()]
    if min(values) < 0:
        raise Bech32Error("The key holds a letter that Bech32 does not use.")
    if _checksum([*_spread(prefix.lower()), *values]) != 1:
        raise Bech32Error("The key's checksum is wrong; a letter may be mistyped.")
    return prefix, _octets(values[:-6])


def _octets(values: list[int]) -> bytes:
    spare = len(values) * 5 % 8
    if spare >= 5 or (values and values[-1] & ((1 << spare) - 1)):
        raise Bech32Error("The key's last letter carries stray bits.")
    return bytes(_regroup(values, from_bits=5, to_bits=8)[: len(values) * 5 // 8])


def _spread(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _checksum(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            check ^= term if top >> bit & 1 else 0
    return check


def _regroup(values: Iterable[int], *, from_bits: int, to_bits: int) -> list[int]:
    """Regroup bits, the last group filled up with zeros."""
    held = bits = 0
    groups = []
    for value in values:
        held = (held << from_bits | value) & 0xFFF
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            groups.append(held >> bits & ((1 << to_bits) - 1))
    if bits:
        groups.append(held << (to_bits - bits) & ((1 << to_bits) - 1))
    return groups
