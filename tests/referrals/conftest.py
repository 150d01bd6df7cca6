"""A unit, a platform, and referrals at every stage of their story."""

from dataclasses import dataclass

import pytest

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.parties.models import Organisation
from referrals.actions import approving, drafting, order, receiving, sending
from referrals.models import Referral
from tests import factories


@dataclass(frozen=True)
class Cast:
    """Who takes part."""

    unit: Organisation
    platform: Organisation
    officer: Actor
    supervisor: Actor
    agent: Actor


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    unit, platform = factories.organisation("unit"), factories.platform()
    return Cast(
        unit=unit,
        platform=platform,
        officer=factories.actor(unit, "officer"),
        supervisor=factories.actor(unit, "supervisor"),
        agent=factories.actor(platform, "platform_agent"),
    )


@pytest.fixture
def drafted(cast: Cast) -> Referral:
    return drafting.draft(factories.draft(cast.platform), actor=cast.officer).case


@pytest.fixture
def approved(cast: Cast, drafted: Referral) -> Referral:
    return approve(drafted, cast.supervisor)


@pytest.fixture
def sent(cast: Cast, approved: Referral) -> Referral:
    return sending.send(approved, actor=cast.officer).case


@pytest.fixture
def received(cast: Cast, sent: Referral) -> Referral:
    return receiving.acknowledge(sent, actor=cast.agent, proof={"event": "acknowledged"}).case


def approve(referral: Referral, actor: Actor) -> Referral:
    digest = order.text_sha256(referral, list(referral.items.all()))
    return approving.approve(referral, text_sha256=digest, method="totp", actor=actor).case


def act(actor: Actor):  # type: ignore[no-untyped-def]
    return acting(actor)
