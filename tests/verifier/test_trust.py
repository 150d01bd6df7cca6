"""The trust list: its roots, versions, endorsements, and keys that were revoked."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from broker.basics.errors import Expired, Invalid
from broker.crypto.canonical import canonical
from broker.crypto.note import vkey
from evidence.package.trust import Revocation, Use, Void
from evidence.package.trust_reader import parse_trust
from evidence.package.trust_signing import SignedTrust, open_trust
from evidence.verifier.outcome import Exit, Status
from tests.verifier.attacks import failing
from tests.verifier.forge import Forge, judge
from tests.verifier.world import CREATED, NOW, OFFICE, PLATFORM, UNTIL, WITNESSED, sha256

HOUR = timedelta(hours=1)


def judged(world, good, trust, **changes):
    report = judge(good, world, trust=trust, **changes)
    return report, " ".join(report.check(1).reasons)


def test_a_trust_list_survives_its_bytes(world):
    trust = world.trust()

    assert parse_trust(trust.to_bytes()) == trust


def test_one_root_does_not_suffice(world, good):
    signed = world.signed(world.trust(), by=world.roots[:1])

    report = judge(good, world, trust_list=signed)

    assert failing(report) == {1}
    assert "1 of the given roots signed it; 2 must." in report.check(1).reasons


def test_one_root_signing_twice_counts_once(world, good):
    signed = world.signed(world.trust(), by=[world.roots[0], world.roots[0]])

    report = judge(good, world, trust_list=signed)

    assert failing(report) == {1}


def test_a_root_that_was_not_given_does_not_count(world, good):
    roots = frozenset(list(world.root_fingerprints)[:1])

    report = judge(good, world, roots=roots)

    assert failing(report) == {1}
    assert "is none of the given roots" in " ".join(report.check(1).reasons)


def test_a_changed_trust_list_is_refused(world, good):
    signed = world.signed(world.trust())
    other = SignedTrust(world.trust(version=8).to_bytes(), signed.signatures)

    report = judge(good, world, trust_list=other)

    assert failing(report) == {1}
    assert "over other bytes than these" in " ".join(report.check(1).reasons)


def test_an_expired_trust_list_is_refused(world, good):
    report = judge(good, world, at=UNTIL + HOUR)

    assert failing(report) == {1}


def test_a_trust_list_holds_to_its_last_instant(world, good):
    assert judge(good, world, at=UNTIL).exit is Exit.PASS


@pytest.mark.parametrize(("seen", "status"), [(7, Status.PASS), (8, Status.FAIL)])
def test_an_older_version_than_seen_is_refused(world, good, seen, status):
    assert judge(good, world, last_seen=seen).check(1).status is status


def test_a_demo_needs_one_root_and_no_witness_and_says_so(world):
    policy = f"log {vkey(world.log)}\nquorum none\n"
    trust = world.trust(demo=True, log_policy=policy)

    report = judge(Forge(world).build(), world, trust_list=world.signed(trust, by=world.roots[:1]))

    assert (report.exit, report.is_demo) == (Exit.PASS, True)
    assert any(note.startswith("DEMO") for note in report.notes)


def test_no_witness_outside_a_demo_fails(world, good):
    trust = world.trust(log_policy=f"log {vkey(world.log)}\nquorum none\n")

    report = judge(good, world, trust=trust)

    assert failing(report) == {6}
    assert "quorum none" in report.check(6).reasons[0]


def document(world):
    return json.loads(world.trust().to_bytes())


def spoil(path, value):
    def edit(found):
        *way, last = path
        here = found
        for step in way:
            here = here[step]
        if value is None:
            del here[last]
        else:
            here[last] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (spoil(["format"], "custody-trust/2"), "trust.json.format is not"),
        (spoil(["version"], -1), "trust.json.version is not an integer"),
        (spoil(["version"], True), "trust.json.version is not an integer"),
        (spoil(["more"], 1), "has the unknown member 'more'"),
        (spoil(["rp"], None), "lacks the member 'rp'"),
        (spoil(["expires"], "2026-11-24T15:57:32Z"), "trust.json.expires is not an instant"),
        (spoil(["expires"], "2026-13-24T15:57:32.000000Z"), "trust.json.expires is not an"),
        (spoil(["log_policy"], "quorum none"), "log policy or log key"),
        (spoil(["seal_cas"], ["x"]), "certificate of an authority"),
        (spoil(["parties", 0, "keys", 0, "sha256"], "00" * 32), "is not the digest of its value"),
        (spoil(["parties", 0, "keys", 0, "value"], "age1x"), "is not a key of the form age"),
        (spoil(["parties", 0, "keys", 0, "use"], "sign"), "keys[0].use is not"),
        (spoil(["parties", 0, "keys", 2, "endorsed"], {}), "lacks the member"),
        (spoil(["parties", 0, "kind"], "Big"), "lower-case word"),
        (spoil(["parties", 1, "id"], "office-1"), "names a party twice"),
        (spoil(["parties", 0, "keys", 0, "credential_id"], "AA=="), "belongs to webauthn keys"),
    ],
)
def test_a_trust_list_of_another_shape_is_refused(world, good, edit, reason):
    found = document(world)
    edit(found)

    report = judge(good, world, trust_list=world.signed(canonical(found)))

    assert 1 in failing(report)
    assert reason in " ".join(report.check(1).reasons)


def test_a_trust_list_that_is_not_canonical_is_refused(world, good):
    spaced = json.dumps(document(world)).encode()

    report = judge(good, world, trust_list=world.signed(spaced))

    assert "not in its canonical form" in report.check(1).reasons[0]


def test_a_recipient_key_endorsed_by_another_is_refused(world, good):
    receive, escrow, order = world.trust().party(OFFICE).keys
    moved = replace(receive, valid_to=UNTIL + HOUR)

    report = judge(good, world, trust=world.trust_with(OFFICE, moved, escrow, order))

    assert failing(report) == {1}
    assert "is not endorsed by it" in report.check(1).reasons[0]


def test_an_endorsement_by_a_key_revoked_before_is_refused(world, good):
    receive, escrow, order = world.trust().party(OFFICE).keys
    revoked = replace(order, revoked=Revocation("stolen", reported=receive.valid_from))

    report = judge(good, world, trust=world.trust_with(OFFICE, receive, escrow, revoked))

    assert 1 in failing(report)


def revoked_seal(world, **changes):
    revoked = Revocation(**{"reason": "key_compromise", **changes})
    return world.trust_with(PLATFORM, world.seal.entry(Use.SEAL, revoked=revoked))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reported": NOW, "invalid_since": NOW - HOUR}, Status.PASS),
        ({"reported": NOW}, Status.PASS),
        ({"reported": NOW, "invalid_since": CREATED - HOUR}, Status.CONTESTED),
        (
            {"reported": NOW, "invalid_since": CREATED - HOUR, "void": Void("e", NOW)},
            Status.FAIL,
        ),
        ({"reported": CREATED - HOUR}, Status.FAIL),
        ({"reported": WITNESSED, "invalid_since": CREATED - HOUR}, Status.FAIL),
    ],
)
def test_a_revoked_seal_key_counts_by_when_a_witness_saw_it(world, good, changes, status):
    report = judge(good, world, trust=revoked_seal(world, **changes))

    assert report.check(3).status is status


def test_a_back_dated_revocation_only_contests_what_was_witnessed(world, good):
    trust = revoked_seal(world, reported=NOW, invalid_since=CREATED - HOUR)

    assert judge(good, world, trust=trust).exit is Exit.OPEN


def test_without_a_witness_a_revoked_key_cannot_be_saved_by_a_claimed_time(world):
    trust = revoked_seal(world, reported=NOW, invalid_since=CREATED - HOUR)
    package = Forge(world, received=False).build()

    assert judge(package, world, trust=trust).check(3).status is Status.FAIL


def test_of_two_entries_for_one_certificate_the_worse_counts(world, good):
    revoked = Revocation("key_compromise", reported=CREATED - HOUR)
    trust = world.trust_with(
        PLATFORM, world.seal.entry(Use.SEAL), world.seal.entry(Use.SEAL, revoked=revoked)
    )

    assert judge(good, world, trust=trust).check(3).status is Status.FAIL


@pytest.mark.parametrize(
    "dates",
    [{"valid_to": CREATED - HOUR}, {"valid_from": WITNESSED + timedelta(microseconds=1)}],
)
def test_a_seal_key_outside_its_dates_is_refused(world, good, dates):
    trust = world.trust_with(PLATFORM, world.seal.entry(Use.SEAL, **dates))

    report = judge(good, world, trust=trust)

    assert failing(report) == {3}
    assert "The key was not valid at" in report.check(3).reasons[0]


def test_an_approve_key_cannot_seal(world, good):
    trust = world.trust_with(PLATFORM, world.seal.entry(Use.APPROVE))

    assert failing(judge(good, world, trust=trust)) == {3}


def test_who_seals_opens_the_trust_list_the_same_way(world):
    signed = world.signed(world.trust())

    assert open_trust(signed, roots=world.root_fingerprints, at=NOW).version == 7
    with pytest.raises(Expired, match="may not be rested on"):
        open_trust(signed, roots=world.root_fingerprints, at=UNTIL + HOUR)
    with pytest.raises(Invalid, match="0 of the given roots signed it; 2 must"):
        open_trust(signed, roots=frozenset({sha256(b"")}), at=NOW)
