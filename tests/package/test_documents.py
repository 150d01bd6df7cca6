"""Statement, order and opening come back as they were written, and in no other form."""

import json
from dataclasses import replace

import pytest

from broker.basics.errors import Invalid
from broker.crypto.canonical import canonical
from evidence.package.opening import new_opening, parse_opening
from evidence.package.order import parse_order
from evidence.package.statement import Statement, parse_statement
from tests.package.sealing_kit import NOON

ID = "019346f1-0000-7000-8000-000000000001"
STATEMENT = Statement(
    package_id=ID,
    case_commitment="11" * 32,
    inner_commitment="22" * 32,
    payload_sha256="33" * 32,
    payload_size=1_048_608,
    header_sha256="44" * 32,
    recipients=("sha256:" + "55" * 32, "sha256:" + "66" * 32),
    organisation="platform-1",
    cert_sha256="77" * 32,
    sealing="client",
    derived=False,
    stamps=0,
    created=NOON,
)


def test_a_statement_comes_back():
    assert parse_statement(STATEMENT.document()) == STATEMENT


def test_an_order_comes_back(kit):
    assert parse_order(kit.signed.document) == kit.order


def test_an_opening_comes_back_and_has_its_own_salts():
    one, two = (new_opening(package_id=ID, case_id=ID) for _ in range(2))

    assert parse_opening(one.document()) == one
    assert one.case_salt != one.inner_salt != two.case_salt != two.inner_salt


def changed(path, value):
    """Return the statement's document with one member set; `...` takes it out."""
    document = json.loads(STATEMENT.document())
    *folders, last = path.split(".")
    holder = document
    for folder in folders:
        holder = holder[folder]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return canonical(document)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("format", "custody-package/2", r"format is not 'custody-package/1'"),
        ("package_id", ID.upper(), "package_id is not a lower-case UUID"),
        ("payload.size", -1, "size is not an integer"),
        ("payload.size", True, "size is not an integer"),
        ("payload.sha256", "AB" * 32, "sha256 is not 64 lower-case"),
        ("payload.extra", 1, "payload has the unknown member"),
        ("access.recipients", [], "not a sorted list without doubles"),
        ("access.recipients", ["sha256:" + "55" * 32] * 2, "not a sorted list without doubles"),
        ("access.recipients", ["age1xyz"], "recipients"),
        ("sealing", "server", "sealing is not 'client' or 'browser'"),
        ("derived", "no", "derived is not true or false"),
        ("created", "2026-11-24T12:00:00Z", "created is not an instant"),
        ("stamps", ..., "lacks the member 'stamps'"),
        ("sealed_by", json.dumps({}), "sealed_by is not an object"),
    ],
    ids=range(14),
)
def test_a_statement_of_another_shape_is_refused(path, value, words):
    with pytest.raises(Invalid, match=words):
        parse_statement(changed(path, value))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document + b"\n",
        lambda document: document.replace(b",", b", ", 1),
        lambda document: b"\xef\xbb\xbf" + document,
        lambda document: document.replace(b'"derived":false', b'"derived":false,"derived":false'),
    ],
    ids=["newline", "space", "byte-order-mark", "twice"],
)
def test_a_statement_in_another_form_is_refused(spoil):
    with pytest.raises(Invalid):
        parse_statement(spoil(STATEMENT.document()))


def test_an_order_names_its_recipients_or_says_whom_it_lacks(kit):
    stranger = "sha256:" + "00" * 32

    with pytest.raises(Invalid, match=f"does not name the recipient {stranger}"):
        kit.order.demand_named([stranger])


def test_an_order_with_an_unknown_role_is_refused(kit):
    named = replace(kit.order.recipients[0], role="press")

    with pytest.raises(Invalid, match="role is not 'office' or"):
        parse_order(replace(kit.order, recipients=(named,)).document())
