"""How far a package is filled up with zeros, so that its size tells little (PADME)."""

SMALLEST = 1024 * 1024


def padded_size(tar_bytes: int) -> int:
    """Return the plaintext's length in bytes for a tar of `tar_bytes`, its two zero blocks in.

    At most 12 % more for any tar, less the larger it is; never under 1 MiB.
    Source: docs/custody-format.md, section 1, "Inside".
    """
    exponent = tar_bytes.bit_length() - 1
    kept_bits = exponent.bit_length()
    mask = (1 << (exponent - kept_bits)) - 1
    return max(SMALLEST, (tar_bytes + mask) & ~mask)
