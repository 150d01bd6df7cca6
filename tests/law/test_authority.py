"""Who may order which data, and when another State is told."""

import pytest

from broker.law import catalogue
from broker.law.authority import may_issue, may_issue_alone, must_notify, validators

EPOC = catalogue.get("eu-epoc")


@pytest.mark.parametrize(
    ("categories", "seat", "alone"),
    [
        (["subscriber"], "prosecutor", True),
        (["subscriber"], "officer", False),
        (["traffic"], "prosecutor", False),
        (["traffic"], "judge", True),
        (["subscriber", "content"], "prosecutor", False),
    ],
)
def test_who_may_issue_alone_depends_on_the_data(categories, seat, alone):
    assert may_issue_alone(EPOC, categories, seat) is alone


def test_a_prosecutor_never_validates_traffic_or_content():
    assert validators(EPOC, ["subscriber"]) == {"prosecutor", "judge"}
    assert validators(EPOC, ["traffic"]) == {"judge"}
    assert validators(EPOC, ["subscriber", "content"]) == {"judge"}
    assert validators(EPOC, []) == frozenset()


def test_who_may_issue_with_validation():
    assert may_issue(EPOC, ["content"], "officer")
    assert not may_issue(EPOC, ["content"], "platform_agent")


def test_only_traffic_and_content_are_notified():
    assert not must_notify(EPOC, ["subscriber", "user_identification"])
    assert must_notify(EPOC, ["subscriber", "traffic"])
    assert not must_notify(catalogue.get("policy-two-hours"), [])
