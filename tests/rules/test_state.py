"""A state moves in broker/flow/engine.py and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules import house

ENGINE = Path("broker/flow/engine.py")
# Calls that write columns named by keyword, or by a mapping called `defaults`.
WRITERS = {"update", "create", "update_or_create", "get_or_create", "aupdate", "acreate"}
SQL = re.compile(r"\bupdate\b.+\bset\b.+\bstate\s*=", re.IGNORECASE | re.DOTALL)


def faults_in(path: Path, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if _assigns(node) or _calls(node) or _is_sql(node):
            yield house.at(path, node, "moves a state; only the engine may")


def _assigns(node: ast.AST) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in ast.walk(target)]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets)


def _calls(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = house.dotted(node.func).rsplit(".", 1)[-1] or getattr(node.func, "attr", "")
    if name in {"setattr", "__setattr__"}:
        return any(_says(word) for word in node.args[:2])
    if name in {"bulk_update", "abulk_update"}:
        return any(_says(word) for part in node.args[1:] for word in ast.walk(part))
    if name in WRITERS and isinstance(node.func, ast.Attribute):
        named = {keyword.arg for keyword in node.keywords}
        return "state" in named or any(_maps_state(keyword) for keyword in node.keywords)
    return False


def _maps_state(keyword: ast.keyword) -> bool:
    mapping = keyword.value
    return isinstance(mapping, ast.Dict) and any(key and _says(key) for key in mapping.keys)


def _says(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "state"


def _is_sql(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(SQL.search(node.value))
    )


def test_only_the_engine_moves_a_state():
    faults = [
        fault
        for path in house.product_files()
        if path != ENGINE
        for fault in faults_in(path, house.tree_of(path))
    ]

    assert faults == []


@pytest.mark.parametrize(
    "sample",
    [
        "case.state = State.SENT",
        "first, case.state = 1, 2",
        "case.state += 'x'",
        "case.state: str = 'sent'",
        "setattr(case, 'state', 'sent')",
        "object.__setattr__(case, 'state', 'sent')",
        "Referral.objects.filter(pk=1).update(state='sent')",
        "Referral.objects.create(state='sent')",
        "Referral.objects.update_or_create(pk=1, defaults={'state': 'sent'})",
        "Referral.objects.bulk_update(cases, ['state'])",
        "cursor.execute('UPDATE referrals_referral SET state = %s', ['sent'])",
    ],
)
def test_a_state_moved_elsewhere_is_found(sample):
    assert list(faults_in(Path("referrals/actions/send.py"), ast.parse(sample)))


@pytest.mark.parametrize(
    "sample",
    ["if case.state == 'sent': pass", "referrals.filter(state='sent')", "digest.update(state)"],
)
def test_a_state_that_is_only_read_is_no_fault(sample):
    assert not list(faults_in(Path("referrals/queries.py"), ast.parse(sample)))
