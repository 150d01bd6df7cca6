"""Whom an order lets a package be sealed to, and the trust list on disk."""

from dataclasses import replace
from datetime import timedelta

import pytest

from broker.basics.errors import Invalid
from broker.crypto import age
from evidence.package.addressing import addressees, read_signed_order
from evidence.package.order import parse_order
from evidence.package.task import SignedOrder
from evidence.package.trust import Revocation
from evidence.package.trust_files import read_signed_trust, write_signed_trust
from evidence.package.trust_signing import endorse
from tests.verifier.world import CREATED, NOW, OFFICE, UNTIL, World

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def world():
    return World(kind=age.X25519Identity)


def test_the_order_gives_the_recipients_to_seal_to(world):
    order = read_signed_order(world.signed_order(), world.trust())

    assert set(addressees(order, world.trust(), at=NOW)) == set(world.recipients)


def test_an_order_by_another_key_is_refused(world):
    document = world.order_document()

    with pytest.raises(Invalid, match="not signed by who issued it") as caught:
        read_signed_order(SignedOrder(document, world.seal.sign(document)), world.trust())

    assert "order key of office-1" in caught.value.why


def test_a_changed_order_is_refused(world):
    signed = world.signed_order()
    changed = signed.document.replace(b"eu-epoc", b"eu-epox")

    with pytest.raises(Invalid, match="not signed by who issued it"):
        read_signed_order(SignedOrder(changed, signed.signature), world.trust())


def test_a_recipient_outside_the_trust_list_is_not_sealed_to(world):
    order = parse_order(world.order_document())
    stranger = World(kind=age.X25519Identity)

    with pytest.raises(Invalid, match="may not be sealed to"):
        addressees(order, stranger.trust(), at=NOW)


def test_a_recipient_that_has_ended_is_not_sealed_to(world):
    order = parse_order(world.order_document())

    with pytest.raises(Invalid, match="may not be sealed to"):
        addressees(order, world.trust(), at=UNTIL + HOUR)


def test_a_recipient_that_was_revoked_is_not_sealed_to(world):
    receive, escrow, order_key = world.trust().party(OFFICE).keys
    revoked = replace(receive, revoked=Revocation("lost", reported=CREATED))

    with pytest.raises(Invalid, match="may not be sealed to"):
        addressees(
            parse_order(world.order_document()),
            world.trust_with(OFFICE, revoked, escrow, order_key),
            at=NOW,
        )


def test_only_keys_that_receive_are_endorsed(world):
    order = world.trust().party(OFFICE).keys[2]

    with pytest.raises(Invalid, match="A key for the use order is not endorsed"):
        endorse(order, party=OFFICE, order_key=world.order.key, order=order)


def test_a_trust_list_is_written_and_read_with_its_signatures(world, tmp_path):
    signed = world.signed(world.trust())
    path = tmp_path / "trust.json"
    (tmp_path / "trust.json.07.p7s").write_bytes(b"from before")

    write_signed_trust(path, signed)

    assert read_signed_trust(path) == signed
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "trust.json",
        "trust.json.01.p7s",
        "trust.json.02.p7s",
    ]
