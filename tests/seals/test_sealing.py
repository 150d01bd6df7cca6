"""Sealed columns open while their key is there, in their own place, and then no more."""

import os
import threading
from datetime import UTC, datetime

import pytest
from django.db import connections

from broker.basics.clock import frozen
from broker.basics.errors import DigestMismatch, Expired, NotFound, Unavailable
from broker.seals import sealing
from broker.seals.keyring import keyring
from broker.seals.models import WrappedKey
from broker.seals.router import STORE
from broker.seals.sealing import destroy, forget, open_sealed, ready, seal, seal_with

pytestmark = pytest.mark.django_db


def test_what_is_sealed_opens():
    sealed = seal("case:1", b"a name", context=b"field")
    forget()

    assert open_sealed("case:1", sealed, context=b"field") == b"a name"


@pytest.mark.parametrize(("scope", "context"), [("case:2", b"field"), ("case:1", b"other")])
def test_bytes_moved_elsewhere_do_not_open(scope, context):
    sealed = seal("case:1", b"a name", context=b"field")
    seal("case:2", b"another", context=b"field")

    with pytest.raises(DigestMismatch, match="The sealed bytes do not open"):
        open_sealed(scope, sealed, context=context)


def test_a_destroyed_key_opens_nothing_more():
    sealed = seal("case:1", b"a name", context=b"")

    with frozen(datetime(2026, 11, 24, tzinfo=UTC)) as noon:
        assert destroy("case:1") == noon

    with pytest.raises(
        Expired, match=r"case:1 can no longer be read. Its key was destroyed on 2026"
    ):
        open_sealed("case:1", sealed, context=b"")
    row = WrappedKey.objects.get()
    assert (bytes(row.wrapped), row.destroyed_at) == (b"", noon)


def test_a_destroyed_key_is_never_made_again():
    destroy("case:never sealed")

    with pytest.raises(Expired, match="sealed for case:never sealed can no longer be read"):
        seal("case:never sealed", b"", context=b"")


def test_to_destroy_twice_keeps_the_first_date():
    with frozen(datetime(2026, 11, 24, tzinfo=UTC)) as first:
        destroy("case:1")

    assert destroy("case:1") == first


def test_other_scopes_stay_readable():
    sealed = seal("case:2", b"a name", context=b"")

    destroy("case:1")

    assert open_sealed("case:2", sealed, context=b"") == b"a name"


def test_a_scope_that_never_had_a_key_is_not_found():
    with pytest.raises(NotFound, match="There is no key for case:1"):
        open_sealed("case:1", bytes(60), context=b"")

    assert not WrappedKey.objects.exists()


def test_without_the_key_encryption_key_nothing_opens(settings, tmp_path):
    sealed = seal("case:1", b"a name", context=b"")
    forget()
    settings.KEYS_FOLDER = str(tmp_path / "keys")

    with pytest.raises(Unavailable, match=r"The key kek-\S+ is not in the key folder"):
        open_sealed("case:1", sealed, context=b"")

    assert not (tmp_path / "keys").exists()


def test_keys_are_wrapped_by_the_key_of_the_month():
    with frozen(datetime(2026, 11, 24, tzinfo=UTC)):
        seal("case:1", b"", context=b"")
    with frozen(datetime(2026, 12, 1, tzinfo=UTC)):
        seal("case:2", b"", context=b"")

    names = dict(WrappedKey.objects.values_list("scope", "kek_name"))
    assert names == {"case:1": "kek-2026-11", "case:2": "kek-2026-12"}


def test_a_wrapped_key_of_another_scope_is_not_taken():
    seal("case:1", b"", context=b"")
    row = WrappedKey.objects.get()

    with pytest.raises(DigestMismatch):
        keyring().unwrap(row.kek_name, bytes(row.wrapped), scope="case:2")


def test_many_keys_are_made_in_one_statement(django_assert_num_queries):
    scopes = [f"case:{number}" for number in range(50)]

    with django_assert_num_queries(1, using=STORE):
        keys = ready(scopes, new=scopes)

    for scope in scopes:
        sealed = seal_with(keys[scope], scope, b"x", context=b"")
        assert open_sealed(scope, sealed, context=b"") == b"x"


def test_a_scope_wrongly_thought_new_keeps_its_key():
    sealed = seal("case:1", b"a name", context=b"")
    forget()

    ready(["case:1"], new=["case:1"])

    assert open_sealed("case:1", sealed, context=b"") == b"a name"


def test_a_key_whose_row_may_be_rolled_back_is_not_remembered():
    seal("case:1", b"", context=b"")

    assert not sealing._memory


@pytest.mark.django_db(transaction=True)
def test_a_key_is_remembered_for_a_minute_at_most(monkeypatch, django_assert_num_queries):
    sealed = seal("case:1", b"a name", context=b"")

    with django_assert_num_queries(0, using=STORE):
        open_sealed("case:1", sealed, context=b"")

    later = sealing.time.monotonic() + sealing.MEMORY_SECONDS + 1
    monkeypatch.setattr(sealing.time, "monotonic", lambda: later)
    with django_assert_num_queries(1, using=STORE):
        open_sealed("case:1", sealed, context=b"")


@pytest.mark.django_db(transaction=True)
def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(sealing, "MEMORY_KEYS", 3)

    ready([f"case:{number}" for number in range(9)])

    assert list(sealing._memory) == ["case:6", "case:7", "case:8"]


@pytest.mark.django_db(transaction=True)
def test_those_who_seal_at_once_get_the_same_key():
    sealed, gate = [], threading.Barrier(8)

    def work() -> None:
        gate.wait()
        try:
            forget()
            sealed.append(seal("case:1", b"a name", context=b""))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    forget()
    assert [open_sealed("case:1", one, context=b"") for one in sealed] == [b"a name"] * 8


@pytest.mark.django_db(transaction=True)
def test_a_destroyed_key_leaves_no_bytes_in_an_sqlite_store():
    connection = connections[STORE]
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps the dead row version until the next vacuum")
    seal("case:1", os.urandom(8), context=b"")
    wrapped = bytes(WrappedKey.objects.get().wrapped)

    destroy("case:1")

    path = connection.settings_dict["NAME"]
    for name in (path, f"{path}-wal"):
        with open(name, "rb") as file:
            assert wrapped not in file.read()


def test_the_seals_live_in_a_store_of_their_own():
    default = connections["default"].introspection.table_names()

    assert "seals_wrappedkey" in connections[STORE].introspection.table_names()
    assert "seals_wrappedkey" not in default
    assert "ledger_entry" not in connections[STORE].introspection.table_names()
