"""Check 7: with a key, what is inside belongs to the outside, to the order, and is complete.

Source: docs/custody-format.md, section 1, Inside and check 7.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from broker.basics.errors import Refusal
from broker.crypto import age
from broker.crypto.age_header import AgeError
from broker.crypto.age_keys import Identity
from broker.crypto.canonical import sha256_hex
from evidence.package import layout
from evidence.package.addressing import order_signer_fault
from evidence.package.bag_info import BagInfo, parse_bag_info
from evidence.package.bag_reader import Bag
from evidence.package.opening import Opening, parse_opening
from evidence.package.order import Order, parse_order
from evidence.package.statement import Statement
from evidence.package.trust import Trust
from evidence.verifier.check2_container import Contents
from evidence.verifier.opened import open_bag, open_header
from evidence.verifier.outcome import Check
from evidence.verifier.signatures import Reading, read

NUMBER = 7
NAME = "The inside is complete and belongs to the outside and the order"


@dataclass(frozen=True, slots=True)
class Inside:
    """What was found with a key. Checks 3 and 4 judge the two signatures further."""

    info: BagInfo
    signature: Reading
    order_signature: Reading


def judge(
    check: Check,
    contents: Contents,
    trust: Trust | None,
    identities: Iterable[Identity],
    *,
    form: Check,
) -> Inside | None:
    """Open the package with the first identity that fits, and judge what is inside.

    `form` is check 2: JSON that is refused counts to it, wherever it lies.
    """
    statement = contents.statement
    try:
        identity, file_key = open_header(contents.header, identities)
        own = age.recipient_fingerprint(identity.recipient)
        if own not in statement.recipients:
            check.fail(f"The key opens the package, but {own} is not among its recipients.")
        bag = open_bag(contents.container, file_key)
        documents = _documents(bag, form)
        if documents is not None:
            return _judge_bag(check, bag, documents, statement, trust)
        check.skip("A document inside is not of its form, so the inside is not judged.")
    except (Refusal, AgeError) as fault:
        check.fail(fault)
    return None


def facts(inside: Inside | None) -> list[str]:
    """Return what the bag claims of itself; printed, not judged."""
    if inside is None:
        return []
    info = inside.info
    return [
        f"It holds {info.files} files of {info.octets} bytes in all, bagged {info.bagging_date}.",
        f"It belongs to case {info.case_id} and order {info.order_id}.",
    ]


def _documents(bag: Bag, form: Check) -> tuple[Order, Opening] | None:
    try:
        return parse_order(bag.files[layout.ORDER]), parse_opening(bag.files[layout.OPENING])
    except Refusal as fault:
        form.fail(f"Inside: {fault}")
        return None


def _judge_bag(
    check: Check,
    bag: Bag,
    documents: tuple[Order, Opening],
    statement: Statement,
    trust: Trust | None,
) -> Inside:
    order_bytes, tag_manifest = bag.files[layout.ORDER], bag.files[layout.TAG_MANIFEST]
    order, opening = documents
    info = parse_bag_info(bag.files[layout.BAG_INFO])
    _judge_opening(check, opening, statement, tag_manifest)
    _judge_info(check, info, statement, bag)
    _judge_order(check, order, statement, opening)
    if (info.case_id, info.order_id) != (opening.case_id, order.order_id):
        check.fail("bag-info.txt names another case or order than the opening and the order.")
    if info.order_sha256 != sha256_hex(order_bytes):
        check.fail("bag-info.txt gives another digest of the order.")
    if bag.is_derived or statement.derived:
        check.fail("The package is a part of another; this version cannot verify such a part.")
    signature = _read(bag, layout.ORDER_SIGNATURE, over=order_bytes)
    _judge_order_signature(check, order, signature, trust)
    return Inside(info, _read(bag, layout.INNER_SIGNATURE, over=tag_manifest), signature)


def _judge_opening(
    check: Check, opening: Opening, statement: Statement, tag_manifest: bytes
) -> None:
    if opening.package_id != statement.package_id:
        check.fail("The opening inside is another package's.")
    if opening.case_commitment() != statement.case_commitment:
        check.fail("The commitment to the case does not open: it is another case's package.")
    if opening.inner_commitment(tag_manifest) != statement.inner_commitment:
        check.fail("The commitment to the inside does not open: the statement is another's.")


def _judge_info(check: Check, info: BagInfo, statement: Statement, bag: Bag) -> None:
    if info.package_id != statement.package_id:
        check.fail("bag-info.txt names another package than the statement.")
    if info.sealed_by != statement.organisation:
        check.fail("bag-info.txt names another organisation as sealer than the statement.")
    if info.recipients != statement.recipients:
        check.fail("bag-info.txt names other recipients than the statement.")
    if (info.octets, info.files) != (bag.octets, bag.count):
        check.fail(
            f"Payload-Oxum says {info.octets}.{info.files}; the bag holds {bag.octets}.{bag.count}."
        )


def _judge_order(check: Check, order: Order, statement: Statement, opening: Opening) -> None:
    if order.case_id != opening.case_id:
        check.fail("The order is another case's.")
    if sorted(named.recipient for named in order.recipients) != list(statement.recipients):
        check.fail("The order names other recipients than the statement.")


def _judge_order_signature(
    check: Check, order: Order, signature: Reading, trust: Trust | None
) -> None:
    if signature.fault or signature.parsed is None:
        check.fail(f"The order's signature does not hold: {signature.fault}")
        return
    if trust is None:
        check.skip("Without a trust list no order key is known.")
        return
    if reason := order_signer_fault(order, signature.parsed.signer, trust):
        check.fail(reason)


def _read(bag: Bag, name: str, *, over: bytes) -> Reading:
    return read(bag.files[name], digest=hashlib.sha256(over).digest())
