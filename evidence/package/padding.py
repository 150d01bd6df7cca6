"""The length to which a package's plaintext is padded, so that it tells little of its content.

Padmé, with a floor of 1 MiB. Source: docs/custody-format.md, section 1, Inside.
"""

MIN_LENGTH = 1024 * 1024


def padded_length(length: int) -> int:
    """Return P for a tar of `length` bytes, its two zero blocks included; at most 12 % more.

    Raises ValueError below 2 bytes.
    """
    if length < 2:
        raise ValueError("A tar has at least its two zero blocks.")
    exponent = length.bit_length() - 1
    significant = exponent.bit_length()
    mask = (1 << (exponent - significant)) - 1 if exponent > significant else 0
    return max(MIN_LENGTH, (length + mask) & ~mask)
