"""The trust list is built from the directory and holds for who seals and who verifies."""

import pytest
from cryptography.hazmat.primitives import hashes

from broker.basics.clock import iso, now
from broker.crypto.tlog_proof import parse_policy
from evidence.actions import trust
from evidence.package.trust import Use
from evidence.package.trust_files import read_signed_trust
from evidence.package.trust_signing import open_trust
from tests.evidence.world import ROOT, UNTIL, Sender

pytestmark = pytest.mark.django_db


def built(**changes):
    return trust.build_trust(**{"version": 3, "issued": now(), "expires": UNTIL} | changes)


def test_a_list_signed_by_the_root_holds(world, tmp_path):
    signed = trust.sign(built(), roots=[ROOT], at=now())

    path = trust.write(signed, tmp_path)

    roots = {ROOT[1].fingerprint(hashes.SHA256()).hex()}
    opened = open_trust(read_signed_trust(path), roots=roots, at=now())
    assert opened.version == 3
    assert opened.demo


def test_it_lists_every_key_but_those_that_sign_messages(world):
    Sender(world.platform)

    listed = {party.id: party for party in built().parties}

    assert {key.use for key in listed[world.prosecution.party_id].keys} == {
        Use.ORDER,
        Use.RECEIVE,
        Use.ESCROW,
    }
    assert [key.use for key in listed[world.platform.party_id].keys] == [Use.SEAL]


def test_a_party_whose_key_the_broker_holds_is_marked_so(world):
    names = {party.id: party.name for party in built().parties}

    assert names[world.prosecution.party_id] == "Parquet (key held by the broker)"
    assert names[world.platform.party_id] == "Tube"


def test_a_revocation_stays_in_the_list(world):
    revoked = {"reason": "stolen", "reported": iso(now()), "invalid_since": None, "void": None}
    world.platform.keys.update(revoked=revoked)

    [key] = built().party(world.platform.party_id).keys

    assert key.revoked.reason == "stolen"


def test_its_policy_is_the_log_s_and_without_a_witness_it_says_none(world):
    policy = parse_policy(built().log_policy)

    assert policy.quorum is None
    assert len(policy.logs) == 1


def test_in_production_it_is_no_demo(world, settings):
    settings.MODE = "production"

    assert not built().demo
