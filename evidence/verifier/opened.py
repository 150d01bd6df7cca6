"""Opens a package with a key: the header gives the file key, the payload gives the bag."""

from collections.abc import Iterable

from broker.crypto import age
from broker.crypto.age_header import parse_header
from broker.crypto.age_keys import Identity
from broker.crypto.age_stream import decrypt_payload
from evidence.package import layout
from evidence.package.bag_reader import Bag, Destination, read_bag
from evidence.package.container_reader import Container


def open_header(raw: bytes, identities: Iterable[Identity]) -> tuple[Identity, bytes]:
    """Return the first identity that opens the header, and the file key (16 bytes).

    Raises age.NoMatchError, age.MacError or HeaderError.
    """
    header = parse_header(raw)
    for identity in identities:
        try:
            return identity, age.open_header(header, [identity])
        except age.NoMatchError:
            continue
    raise age.NoMatchError("None of the given keys opens this package.")


def open_bag(
    container: Container, file_key: bytes, *, destination: Destination | None = None
) -> Bag:
    """Decrypt the payload and read its bag in one pass; raise AgeError, Invalid or TooLarge.

    What `destination` received is to be thrown away unless this returns.
    """
    with container.window(layout.PAYLOAD) as payload:
        plaintext = decrypt_payload(payload, file_key)
        most = container.entries[layout.PAYLOAD].size
        return read_bag(plaintext, most=most, destination=destination)
