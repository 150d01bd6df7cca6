"""What a vault says no to, in the same words whatever the backend."""

from broker.basics.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable


def busy(name: str) -> Conflict:
    return Conflict(
        f"Another request is writing to the upload {name}.",
        why="An upload takes one part at a time.",
        remedy="Wait for the other request to end, then ask for the offset.",
    )


def absent(name: str) -> NotFound:
    return NotFound(f"The vault has nothing under {name}.")


def taken(name: str) -> Conflict:
    return Conflict(
        f"The vault has something under {name} already.",
        why="What is stored is never overwritten.",
        remedy="Store it under a new name.",
    )


def too_large(quota: int) -> TooLarge:
    return TooLarge(
        f"The object is larger than {quota} bytes.",
        why="That is the quota of this vault.",
        remedy="Send less, or ask the operator to raise the quota.",
    )


def full() -> Unavailable:
    return Unavailable(
        "The vault is full.",
        why="The disk, or the quota of the broker's account on it, has no room left.",
        remedy="The operator makes room; then the upload goes on where it stopped.",
    )


def wrong_offset(offset: int, size: int) -> Conflict:
    return Conflict(
        f"The upload cannot go on at byte {offset}.",
        why=f"{size} bytes of it are here.",
        remedy=f"Ask for the upload's offset and go on at {size}.",
    )


def out_of_range(start: int, end: int, size: int) -> Invalid:
    return Invalid(
        "The range does not lie in the object.",
        why=f"It has {size} bytes; asked were bytes {start} to {end}.",
        remedy="Ask for a range within the object.",
    )
