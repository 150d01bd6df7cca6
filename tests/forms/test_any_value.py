"""What holds for any value: hostile texts, any JSON, any instant."""

import json
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from broker.basics.errors import Invalid
from broker.crypto.canonical import canonical
from broker.forms.validation import validate
from broker.law import catalogue

ORDER = catalogue.get("eu-tco-removal-order").form
EPOC = catalogue.get("eu-epoc").form
TEXTS = ("str", "text")


def test_naughty_strings_are_kept_unchanged_or_refused_for_a_nul(shared_data):
    path = shared_data / "hostile" / "blns" / "blns.json"
    naughty = json.loads(path.read_text(encoding="utf-8"))
    texts = [field for field in ORDER.fields if field.type in TEXTS and not field.fact]

    for text in naughty:
        values = {field.key: text for field in texts}
        kept = validate(ORDER, values, draft=True)
        assert kept == ({} if text == "" else values)
        assert json.loads(canonical(kept)) == kept
    assert len(naughty) > 400
    assert len(texts) >= 8


@given(st.text(max_size=200).filter(lambda text: text and "\x00" not in text))
def test_any_text_is_kept_exactly(text):
    assert validate(ORDER, {"B3_reasons": text}, draft=True) == {"B3_reasons": text}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([field.key for field in EPOC.fields]), json_values))
def test_any_json_is_kept_as_canonical_values_or_refused_as_invalid(values):
    try:
        kept = validate(EPOC, values, draft=True)
    except Invalid:
        return

    assert json.loads(canonical(kept)) == kept
    assert validate(EPOC, kept, draft=True) == kept


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_are_kept_in_utc(at):
    kept = validate(EPOC, {"f_range": [{"from": at.isoformat()}]}, draft=True)

    assert kept["f_range"][0]["from"] == at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
