"""Whoever rings a bell has a task that hears it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules import house


def rung_in(tree: ast.Module) -> Iterator[tuple[ast.Call, str | None]]:
    """Yield each call that rings, with the task's name; None when it cannot be read off."""
    said = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and house.dotted(node.func) in {"ring", "bell.ring"}:
            yield node, _name(node.args[0], said) if node.args else None


def _name(node: ast.expr, said: dict[str, object]) -> str | None:
    value = said.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
    return value if isinstance(value, str) else None


def faults_in(path: Path, tree: ast.Module, tasks: set[str]) -> Iterator[str]:
    for node, name in rung_in(tree):
        if name is None:
            yield house.at(path, node, "rings a task whose name cannot be read here")
        elif name not in tasks:
            yield house.at(path, node, f"rings {name}, and no task has that name")


@pytest.fixture(scope="module")
def celery_app(django_db_setup, django_db_blocker):
    from broker.celery import app

    with django_db_blocker.unblock():
        app.loader.import_default_modules()
    return app


def test_every_rung_bell_has_a_task(celery_app):
    tasks = set(celery_app.tasks)

    faults = [
        fault
        for path in house.product_files()
        for fault in faults_in(path, house.tree_of(path), tasks)
    ]

    assert faults == []


def test_every_line_of_the_calendar_has_a_task(celery_app):
    named = {entry["task"] for entry in celery_app.conf.beat_schedule.values()}

    assert named - set(celery_app.tasks) == set()


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        ("bell.ring('courier.deliverr', [1])", "no task has that name"),
        ("TASK = 'courier.deliverr'\nring(TASK)", "no task has that name"),
        ("ring(task_for(case))", "cannot be read"),
        ("ring(NAME)", "cannot be read"),
    ],
)
def test_a_bell_nobody_hears_is_found(sample, words):
    [fault] = faults_in(Path("referrals/actions/send.py"), ast.parse(sample), {"courier.deliver"})

    assert words in fault
