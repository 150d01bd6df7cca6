"""A good package passes, whoever sealed it and whatever it holds."""

from broker.crypto import age
from evidence.verifier.outcome import Exit, Status
from tests.verifier.forge import Forge, judge
from tests.verifier.world import World


def test_a_good_package_passes_every_check(good, world):
    report = judge(good, world)

    assert [(check.status, check.reasons) for check in report.checks] == [(Status.PASS, [])] * 7
    assert (report.result, report.exit) == ("pass", Exit.PASS)


def test_the_default_kind_of_recipient_passes_too():
    world = World(kind=age.HybridIdentity)

    report = judge(Forge(world).build(), world)

    assert report.exit == Exit.PASS


def test_without_a_key_the_inside_is_noted_as_not_read(good, world):
    report = judge(good, world, key=False)

    assert report.exit == Exit.PASS
    assert report.check(7).status is Status.NOT_CHECKED
    assert "no key: what is inside was not read." in report.notes
