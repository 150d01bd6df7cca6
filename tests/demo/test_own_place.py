"""A demo fills, and empties, nothing but a demo's own folder and database."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from broker.basics.errors import Conflict, Invalid
from broker.demo.folder import DemoFolder
from broker.demo.mark import claim, empty_database
from broker.demo.targets import default_file, read_targets


@pytest.fixture
def folder(tmp_path) -> DemoFolder:
    made = DemoFolder(tmp_path / "demo")
    made.facts()
    return made


def test_a_folder_with_a_mark_is_emptied(folder):
    (folder.root / "anything").write_text("x")

    folder.empty()

    assert not folder.root.exists()


def test_a_folder_without_a_mark_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(Conflict, match="The demo does not touch"):
        DemoFolder(tmp_path).empty()

    assert (tmp_path / "thesis.txt").exists()


def test_a_new_folder_becomes_a_demos_and_a_used_one_does_not(tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "thesis.txt").write_text("years of work")
    (tmp_path / "empty").mkdir()
    new, empty, used = (DemoFolder(tmp_path / name) for name in ("new", "empty", "used"))

    new.claim()
    empty.claim()
    with pytest.raises(Conflict, match="The demo does not touch"):
        used.claim()

    assert (new.mark.exists(), empty.mark.exists(), used.mark.exists()) == (True, True, False)


def test_facts_stay_from_start_to_start(folder):
    mark = folder.facts()["mark"]

    folder.keep(port=8123)

    assert folder.facts() == {"mark": mark, "port": 8123}


@pytest.mark.django_db
def test_a_database_that_holds_anything_else_is_refused(folder):
    with pytest.raises(Conflict, match="The demo does not touch this database"):
        claim(folder)


@pytest.mark.django_db
def test_the_database_of_another_demo_is_refused(folder, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE demo_mark (mark varchar(36))")
        cursor.execute("INSERT INTO demo_mark VALUES ('another')")

    with pytest.raises(Conflict, match="run from another folder"):
        claim(folder)


@pytest.mark.django_db
def test_a_database_without_a_mark_is_never_emptied():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's database lies in the folder and goes with it")

    with pytest.raises(Conflict, match="The demo does not touch this database"):
        empty_database()


@pytest.mark.parametrize(
    ("option", "words"), [("urls", "is no file"), ("evidence", "holds nothing")]
)
def test_a_file_that_is_not_there_is_told_before_anything_starts(settings, tmp_path, option, words):
    settings.MODE, settings.DATA = "demo", tmp_path

    with pytest.raises(CommandError, match=words):
        call_command("demo", **{option: tmp_path / "missing"})


def test_targets_are_read_without_comments_and_blank_lines(tmp_path):
    path = tmp_path / "urls.txt"
    path.write_bytes("\ufeffhttps://a.example/1\r\n\n# no\n  https://b.example/2  \n".encode())

    assert read_targets(path) == ["https://a.example/1", "https://b.example/2"]


@pytest.mark.parametrize(
    ("content", "words"), [(b"# none\n", "holds no address"), (b"\xff\xfe", "is not UTF-8")]
)
def test_a_file_without_targets_is_refused(tmp_path, content, words):
    path = tmp_path / "urls.txt"
    path.write_bytes(content)

    with pytest.raises(Invalid, match=words):
        read_targets(path)


def test_the_demos_own_targets_can_be_edited(folder):
    path = default_file(folder)
    path.write_text("https://mine.example/\n")

    assert read_targets(default_file(folder)) == ["https://mine.example/"]
