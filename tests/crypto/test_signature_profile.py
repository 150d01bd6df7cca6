"""The profile of request signatures: parameters, components and lifetime, judged one by one."""

from datetime import UTC, datetime, timedelta

import pytest

from broker.basics.errors import Unauthenticated
from broker.crypto.signature_profile import (
    BODY_COMPONENTS,
    COMPONENTS,
    demand_components,
    demand_lifetime,
    read_input,
    required_components,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CREATED = int(NOON.timestamp())
TIMES = f"created={CREATED};expires={CREATED + 300}"
NONCE = "0123456789abcdef"
REST = f'nonce="{NONCE}";keyid="k";tag="broker-v1"'
FOUR = '"@method" "@authority" "@path" "@query"'


def given(components=FOUR, parameters=f"{TIMES};{REST}"):
    return read_input({"signature-input": f"s=({components});{parameters}", "signature": "s=:AA:"})


def lifetime(created=CREATED, expires=CREATED + 300):
    return {"keyid": "k", "nonce": NONCE, "created": created, "expires": expires}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (f'{TIMES};keyid="k";tag="broker-v1"', "missing: nonce"),
        (f'{TIMES};nonce="{NONCE}";tag="broker-v1"', "missing: keyid"),
        (REST, "missing: created, expires"),
        (f"{TIMES};{REST};x=1", "not allowed: x"),
        (f'{TIMES};nonce="short";keyid="k";tag="broker-v1"', "string of 16 to 128 characters"),
        (f'{TIMES};nonce="{"n" * 129}";keyid="k";tag="broker-v1"', "of 16 to 128 characters"),
        (f'{TIMES};nonce=5;keyid="k";tag="broker-v1"', "of 16 to 128 characters"),
        (f'{TIMES};nonce="{NONCE}";keyid="";tag="broker-v1"', "of 1 to 128 characters"),
        (f'{TIMES};nonce="{NONCE}";keyid=:AA==:;tag="broker-v1"', "of 1 to 128 characters"),
        (f'{TIMES};nonce="{NONCE}";keyid="k";tag="other"', "0 signatures with the tag broker-v1"),
        (f'{TIMES};nonce="{NONCE}";keyid="k"', "0 signatures with the tag broker-v1"),
    ],
)
def test_parameters_other_than_the_five_are_refused(parameters, message):
    with pytest.raises(Unauthenticated) as refused:
        given(parameters=parameters)

    assert message in str(refused.value)
    assert refused.value.remedy


def test_the_parameter_alg_may_stand_there_but_chooses_nothing():
    assert given(parameters=f'{TIMES};{REST};alg="none"').parameters["keyid"] == "k"


@pytest.mark.parametrize("value", ["", "s", "s=(", "s=();a;;", "\u00e9", '("@method")', "s=5, 6"])
def test_a_header_that_is_no_dictionary_or_not_ours_is_refused(value):
    with pytest.raises(Unauthenticated, match=r"cannot be read|has 0 signatures") as refused:
        read_input({"signature-input": value, "signature": ""})

    assert refused.value.remedy


@pytest.mark.parametrize("body", [b"", b"x"])
def test_the_components_asked_for_are_accepted_in_any_order(body):
    required = required_components(body, {})
    listed = " ".join(f'"{name}"' for name in reversed(required))

    demand_components(given(listed), required)

    assert required == (COMPONENTS + BODY_COMPONENTS if body else COMPONENTS)


@pytest.mark.parametrize("name", ["idempotency-key", "content-digest"])
def test_headers_of_a_body_are_covered_even_when_it_is_empty(name):
    assert required_components(b"", {name: "x"}) == COMPONENTS + BODY_COMPONENTS


@pytest.mark.parametrize(
    ("components", "why"),
    [
        ('"@method" "@authority" "@path"', "missing: @query."),
        (f'{FOUR} "date"', "not allowed: date."),
        (f'{FOUR} "content-type"', "not allowed: content-type."),
        ("", "missing: @authority, @method, @path, @query."),
        ('"@method" "@authority" "@target-uri"', "missing: @path, @query; not allowed: @target-"),
    ],
)
def test_missing_or_extra_components_are_named(components, why):
    with pytest.raises(Unauthenticated, match="components that the signature covers") as refused:
        demand_components(given(components), COMPONENTS)

    assert refused.value.why.startswith(why)
    assert refused.value.remedy == "Use exactly: @authority, @method, @path, @query."


def test_what_a_stranger_wrote_is_told_in_few_words():
    with pytest.raises(Unauthenticated) as refused:
        demand_components(given(" ".join(f'"x{n}"' for n in range(500))), COMPONENTS)

    assert len(refused.value.why) < 310


def test_a_component_with_parameters_is_refused():
    with pytest.raises(Unauthenticated, match="covers a component with parameters"):
        demand_components(given(FOUR.replace(" ", ";req ", 1)), COMPONENTS)


def test_a_signature_without_a_list_of_components_is_refused():
    item = read_input({"signature-input": f"s=5;{TIMES};{REST}", "signature": "s=:AA:"})

    with pytest.raises(Unauthenticated, match="lists no components"):
        demand_components(item, COMPONENTS)


@pytest.mark.parametrize("offset", [-30, 0, 299, 300])
def test_a_signature_holds_from_a_little_before_it_was_made_until_it_expires(offset):
    verified = demand_lifetime(lifetime(), NOON + offset * SECOND)

    assert (verified.created, verified.expires) == (NOON, NOON + 300 * SECOND)


@pytest.mark.parametrize(
    ("offset", "message", "remedy"),
    [(-31, "made in the future", "Set your clock"), (301, "has expired", "Sign the request again")],
)
def test_a_signature_outside_its_lifetime_is_refused(offset, message, remedy):
    with pytest.raises(Unauthenticated, match=message) as refused:
        demand_lifetime(lifetime(), NOON + offset * SECOND)

    assert refused.value.remedy.startswith(remedy)


@pytest.mark.parametrize("lifetime_s", [-1, 0, 301, 86400])
def test_a_lifetime_over_300_seconds_or_none_is_refused(lifetime_s):
    with pytest.raises(Unauthenticated, match="does not expire within 300 seconds"):
        demand_lifetime(lifetime(expires=CREATED + lifetime_s), NOON)


@pytest.mark.parametrize("created", [1.5, True, "1", None])
def test_times_that_are_no_whole_seconds_are_refused(created):
    with pytest.raises(Unauthenticated, match="not whole POSIX seconds"):
        demand_lifetime(lifetime(created=created), NOON)


@pytest.mark.parametrize("created", [-999_999_999_999_999, 999_999_999_999_999 - 300])
def test_times_beyond_any_calendar_are_refused(created):
    with pytest.raises(Unauthenticated, match=r"has expired|made in the future"):
        demand_lifetime(lifetime(created, created + 300), NOON)
