"""bag-info.txt: the bag's labels, for people and for comparison with the signed documents."""

import re
from dataclasses import dataclass
from datetime import date

from broker.basics.errors import Invalid

_BAG_INFO = re.compile(
    r"Package-Id: (?P<package_id>[^\n]+)\n"
    r"Case-Id: (?P<case_id>[^\n]+)\n"
    r"Order-Id: (?P<order_id>[^\n]+)\n"
    r"Order-SHA256: (?P<order_sha256>[0-9a-f]{64})\n"
    r"Sealed-By: (?P<sealed_by>[^\n]+)\n"
    r"Payload-Oxum: (?P<octets>0|[1-9][0-9]*)\.(?P<files>0|[1-9][0-9]*)\n"
    r"Bagging-Date: (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"(?P<recipients>(?:Recipient: sha256:[0-9a-f]{64}\n)+)"
)


@dataclass(frozen=True, slots=True)
class BagInfo:
    """bag-info.txt: its labels in their fixed order; `octets` and `files` are the Oxum."""

    package_id: str
    case_id: str
    order_id: str
    order_sha256: str
    sealed_by: str
    octets: int
    files: int
    bagging_date: date
    recipients: tuple[str, ...]


def parse_bag_info(data: bytes) -> BagInfo:
    """Read bag-info.txt, every label once, in order, `Recipient` last; raise Invalid."""
    try:
        found = _BAG_INFO.fullmatch(data.decode("utf-8"))
        bagging_date = date.fromisoformat(found["date"]) if found else None
    except ValueError:
        found, bagging_date = None, None
    if not found or not bagging_date or len(found["octets"] + found["files"]) > 40:
        raise Invalid(
            "bag-info.txt does not hold exactly its labels, in order, without folding.",
        )
    recipients = found["recipients"].removesuffix("\n").split("\n")
    return BagInfo(
        package_id=found["package_id"],
        case_id=found["case_id"],
        order_id=found["order_id"],
        order_sha256=found["order_sha256"],
        sealed_by=found["sealed_by"],
        octets=int(found["octets"]),
        files=int(found["files"]),
        bagging_date=bagging_date,
        recipients=tuple(line.removeprefix("Recipient: ") for line in recipients),
    )


def bag_info_text(info: BagInfo) -> bytes:
    """Return bag-info.txt: every label in its place, recipients last."""
    lines = [
        f"Package-Id: {info.package_id}",
        f"Case-Id: {info.case_id}",
        f"Order-Id: {info.order_id}",
        f"Order-SHA256: {info.order_sha256}",
        f"Sealed-By: {info.sealed_by}",
        f"Payload-Oxum: {info.octets}.{info.files}",
        f"Bagging-Date: {info.bagging_date.isoformat()}",
        *(f"Recipient: {recipient}" for recipient in info.recipients),
    ]
    return "".join(f"{line}\n" for line in lines).encode()
