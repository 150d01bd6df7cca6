"""The platform's program knows the client alone; people at the portal read real pages."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

from broker.basics.errors import NotFound
from broker.demo.filling import boxes_of
from broker.demo.order_forms import PRODUCTION_ORDER, REMOVAL_ORDER, TEN_SECONDS
from broker.demo.page import Page
from broker.demo.portal import Authenticator
from broker.forms.posting import from_post
from broker.forms.validation import validate
from broker.law import catalogue
from broker.web.credentials import matching_step
from tests.demo.running import ROOT

PLATFORM = Path("broker/demo/simulated_platform.py")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FORMS = {
    "eu-tco-removal-order": REMOVAL_ORDER,
    "demo-ten-seconds": TEN_SECONDS,
    "eu-epoc": PRODUCTION_ORDER,
}


def test_the_platform_imports_nothing_of_the_broker_but_its_client():
    tree = ast.parse((ROOT / PLATFORM).read_text())

    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}

    others = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert others
    assert {name for name in others if not name.startswith("broker.client.")} == set()


def test_the_platform_loads_no_django():
    code = (
        "import sys, broker.demo.simulated_platform;"
        "print(*(each for each in ('django', 'celery', 'rest_framework') if each in sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == ""


def test_codes_follow_each_other_and_each_is_a_later_one():
    app = Authenticator(SECRET, last_step=0)

    steps = [matching_step(SECRET, app.next_code()) for _ in range(3)]

    assert steps == sorted(set(steps))
    assert steps[0] >= int(time.time()) // 30 - 2


@pytest.mark.parametrize("instrument", sorted(FORMS))
def test_the_forms_of_the_demo_are_complete(instrument):
    form = catalogue.get(instrument).form

    values = validate(form, FORMS[instrument])

    assert set(FORMS[instrument]) <= set(values)


@pytest.mark.parametrize("instrument", sorted(FORMS))
def test_what_is_typed_into_the_boxes_arrives_as_the_same_values(instrument):
    form = catalogue.get(instrument).form

    posted = from_post(form, boxes_of(FORMS[instrument]))

    assert validate(form, posted) == validate(form, FORMS[instrument])


PAGE = """
<form method="post" action="/sign-out"><input type="hidden" name="token" value="t"></form>
<form method="post"><input type="hidden" name="token" value="u">
<input name="code"><input type="radio" name="yes" value="true"><input type="checkbox" name="tick">
<select name="who"><option value="a">A</option><option value="b" selected>B</option></select>
<select name="first"><option value="x">X</option><option value="y">Y</option></select>
<textarea name="why">
Because &lt;so&gt;.</textarea></form>"""


def test_a_page_sends_its_own_form_as_a_browser_would():
    form = Page("http://localhost/case", PAGE).form()

    assert form.values == {
        "token": ["u"],
        "code": [""],
        "who": ["b"],
        "first": ["x"],
        "why": ["Because <so>."],
    }
    assert {"yes", "tick"} <= form.names


def test_a_page_without_the_box_that_is_filled_in_says_what_it_shows():
    with pytest.raises(NotFound, match="has no form to fill in"):
        Page("http://localhost/case", "<p>Nothing waits.</p>").form("code")
