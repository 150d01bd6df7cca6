"""The evidence pages as officer, magistrate, platform, authority and stranger use them."""

import re
from urllib.parse import quote

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from broker.access.acting import acting
from broker.basics.clock import frozen, now
from broker.forms.page import page as form_page
from broker.law import catalogue
from broker.ledger.reading import events_of
from broker.ledger.sequencer import sweep_once
from broker.parties.models import Organisation
from evidence.actions import answering
from evidence.flow import State
from evidence.models import Request, ReviewOutcome
from tests import factories
from tests.evidence import world as worlds
from tests.evidence.world import World, content_request, deposited, drafted, received, validated

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(seat: Organisation, role: str) -> Client:
    client = Client()
    client.officer = factories.officer(seat, role)  # type: ignore[attr-defined]
    client.force_login(client.officer)  # type: ignore[attr-defined]
    return client


@pytest.fixture
def prosecutor(world: World) -> Client:
    return signed_in(world.prosecution, "prosecutor")


@pytest.fixture
def agent(world: World) -> Client:
    return signed_in(world.platform, "platform_agent")


@pytest.fixture
def reviewer(world: World) -> Client:
    return signed_in(world.authority, "enforcing_authority")


def posted(values: dict) -> dict[str, list[str]]:
    """Return the values of a certificate as a browser posts them."""
    boxes = {}
    for section in form_page(catalogue.get("eu-epoc").form, values):
        for box in (box for field in section.fields for row in field.rows for box in row.boxes):
            chosen = [choice.code for choice in box.choices if choice.chosen]
            shown = str(box.value).lower() if box.kind == "bool" else str(box.value)
            boxes[box.name] = chosen if box.choices else [shown]
    return boxes


def post_draft(client: Client, **changes: str):
    given = {"platform": "tube", **posted(worlds.form()), **changes}
    return client.post(reverse("evidence:draft", args=["eu-epoc"]), given)


def address(name: str, case: Request, *more: object) -> str:
    return reverse(f"evidence:{name}", args=[case.reference, *more])


def text_of(response) -> str:
    return response.content.decode()


def validate(client: Client, case: Request):
    where = address("validate", case)
    digest = client.get(where).context["text_sha256"]
    code = pyotp.TOTP(client.officer.totp_secret).at(now())
    return client.post(where, {"text_sha256": digest, "code": code})


def test_a_request_travels_through_the_pages(world, prosecutor, agent, tmp_path):
    assert post_draft(prosecutor).status_code == 302
    case = Request.objects.get()

    validate(prosecutor, case)
    prosecutor.post(address("send", case), {"transport": "exercise"})
    agent.post(address("take_in", case))
    agent.post(address("preserve", case), {"text": "Kept on a separate system."})
    case.refresh_from_db()
    package = deposited(world, case, tmp_path)
    sweep_once()
    begun = prosecutor.post(address("download", case, package.id))
    served = prosecutor.get(begun.headers["Location"])
    body = b"".join(served.streaming_content)
    prosecutor.post(address("close", case))

    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert body.startswith(b"PK")
    assert len(body) == int(served.headers["Content-Length"])
    shown = text_of(prosecutor.get(address("case", case)))
    for words in (
        "Validated and signed",
        "Receipt proven",
        "Package released",
        "Retrieval announced",
    ):
        assert words in shown
    assert "exercise, not the decentralised IT system" in shown


def test_a_download_that_broke_off_goes_on_at_its_byte(world, prosecutor, tmp_path):
    case = received(world)
    package = deposited(world, case, tmp_path)
    sweep_once()
    begun = prosecutor.post(address("download", case, package.id)).headers["Location"]
    first = prosecutor.get(begun)
    whole = b"".join(first.streaming_content)

    given = {"Range": "bytes=1000-", "If-Range": first.headers["ETag"]}
    rest = prosecutor.get(begun, headers=given)

    assert rest.status_code == 206
    assert b"".join(rest.streaming_content) == whole[1000:]
    verbs = [event.verb for event in events_of(case.stream) if event.seq]
    assert verbs.count("request.retrieve") == 1


def test_the_address_of_a_download_is_for_who_started_it(world, prosecutor, tmp_path):
    case = received(world)
    package = deposited(world, case, tmp_path)
    sweep_once()
    begun = prosecutor.post(address("download", case, package.id)).headers["Location"]
    colleague = signed_in(world.prosecution, "prosecutor")

    response = colleague.get(begun)

    assert response.status_code == 403
    assert "was not started by you" in text_of(response)


def test_a_download_before_the_log_holds_the_receipt_says_so_and_changes_nothing(
    world, prosecutor, tmp_path
):
    case = received(world)
    package = deposited(world, case, tmp_path)

    response = prosecutor.post(address("download", case, package.id))

    case.refresh_from_db()
    assert response.status_code == 503
    assert "Ready" in text_of(response)
    assert case.state == State.RELEASED


def test_wrong_input_shows_the_form_again_and_loses_nothing(world, prosecutor):
    response = post_draft(
        prosecutor,
        identifiers_wrong="x",
        case_summary="Ogre & <b>bridge</b>",
        f_limits="x" * 200_000,
    )

    text = text_of(response)
    assert response.status_code == 422
    assert "There is a problem" in text
    assert "Ogre &amp; &lt;b&gt;bridge&lt;/b&gt;" in text
    assert 'value="tube" checked' in text or 'value="tube" selected' in text
    assert not Request.objects.exists()


def test_an_order_without_a_platform_is_refused_at_its_field(world, prosecutor):
    response = post_draft(prosecutor, platform="")

    assert response.status_code == 422
    assert 'href="#field-platform"' in text_of(response)


def test_a_draft_is_changed_and_keeps_its_addressee(world, prosecutor):
    case = drafted(world)
    changed = posted(worlds.form(issuing_file_number="2026/77"))

    response = prosecutor.post(address("edit", case), {**changed, "validator": "tribunal"})

    case.refresh_from_db()
    assert response.status_code == 302
    assert case.form["issuing_file_number"] == "2026/77"
    assert case.validator == world.court
    assert case.platform == world.platform


def test_what_is_missing_is_listed_and_no_button_validates_it(world, prosecutor):
    case = drafted(world, form={"data_categories": ["subscriber"]})

    text = text_of(prosecutor.get(address("validate", case)))

    assert "It cannot be validated yet:" in text
    assert "File number of the issuing authority" in text
    assert "Validate this text" not in text


def test_the_code_of_the_sign_in_is_no_validation(world, prosecutor):
    case = drafted(world)
    where = address("validate", case)
    digest = prosecutor.get(where).context["text_sha256"]

    response = prosecutor.post(where, {"text_sha256": digest, "code": "000000"})

    case.refresh_from_db()
    assert response.status_code == 422
    assert "Enter the six digits your app shows now" in text_of(response)
    assert case.state == State.DRAFT


def test_a_police_officer_sees_no_way_to_validate(world):
    officer = signed_in(world.unit, "officer")
    post_draft(officer, validator="parquet")
    case = Request.objects.get()

    page = text_of(officer.get(address("case", case)))

    assert officer.get(address("validate", case)).status_code == 403
    assert "Read and validate" not in page
    assert "Parquet reads and validates it." in page


def test_the_page_that_sends_says_by_which_way(world, prosecutor, settings):
    case = validated(world)

    playing = text_of(prosecutor.get(address("send", case)))
    settings.MODE = "production"
    real = text_of(prosecutor.get(address("send", case)))

    assert "exercise, not the decentralised IT system" in playing
    assert "not a national IT system" in real
    assert "Technical limits, such as its size" in real


def test_a_direct_sending_that_the_law_does_not_allow_is_refused(world, prosecutor, settings):
    case = validated(world)
    settings.MODE = "production"

    direct = prosecutor.post(address("send", case), {"transport": "dits"})
    groundless = prosecutor.post(address("send", case), {"transport": "alternative"})
    prosecutor.post(address("send", case), {"transport": "alternative", "transport_ground": "size"})

    case.refresh_from_db()
    assert direct.status_code == 403
    assert groundless.status_code == 422
    assert 'value="alternative" checked' in text_of(groundless)
    assert (case.state, case.transport_ground) == (State.SENT, "size")
    assert "Technical limits" in text_of(prosecutor.get(address("case", case)))


def test_the_platform_asks_back_and_is_answered(world, prosecutor, agent):
    case = received(world)

    asked = agent.get(address("ask_back", case))
    agent.post(address("ask_back", case), {"grounds": ["incomplete"], "text": "Which account?"})
    answer = text_of(prosecutor.get(address("clarify", case)))
    prosecutor.post(address("clarify", case), {"text": "The second one."})

    case.refresh_from_db()
    assert "the period stands still until the answer is received" in text_of(asked)
    assert "Which account?" in answer
    assert case.state == State.PRESERVING
    assert "The second one." in text_of(agent.get(address("case", case)))


def test_a_refusal_needs_its_ground_and_keeps_what_was_written(world, agent):
    case = received(world)
    given = {"outcome": "refused", "text": "Not our service."}

    response = agent.post(address("refuse", case), given)
    agent.post(address("refuse", case), {**given, "grounds": ["service_not_covered"]})

    case.refresh_from_db()
    assert response.status_code == 422
    assert "Not our service." in text_of(response)
    assert 'value="refused" checked' in text_of(response)
    assert case.state == State.REFUSED


def test_the_authority_takes_its_notification_in_and_clears(world, prosecutor, reviewer):
    case = drafted(world, form=worlds.form("content"), validator="tribunal", authority="dpp")
    validated(world, world.judge, case)
    prosecutor.post(address("send", case))

    before = text_of(reviewer.get(address("case", case)))
    reviewer.post(address("take_notice_in", case))
    taken = text_of(reviewer.get(address("case", case)))
    front = text_of(reviewer.get(address("scrutinise", case)))
    reviewer.post(address("scrutinise", case), {"decision": "clear"})

    case.refresh_from_db()
    assert "Take in" in before
    assert "Example" not in before
    assert "may raise a ground until its window ends" in taken
    assert "Your window ends" in front
    assert "Example: Summary of the case" in front
    assert case.decision == ReviewOutcome.CLEARED
    assert "raises no ground" in text_of(prosecutor.get(address("case", case)))


def test_an_objection_without_a_ground_is_shown_again(world, reviewer):
    case = content_request(world)
    where = address("scrutinise", case)

    response = reviewer.post(where, {"decision": "object", "text": "Immunity of an envoy."})
    unchosen = reviewer.post(where, {"text": "Immunity of an envoy."})
    reviewer.post(
        where,
        {"decision": "object", "text": "Immunity.", "grounds": ["immunity_privilege_press"]},
    )

    case.refresh_from_db()
    assert response.status_code == unchosen.status_code == 422
    assert "Immunity of an envoy." in text_of(response)
    assert "No decision is chosen." in text_of(unchosen)
    assert case.decision == ReviewOutcome.OBJECTED


def pages_of(case: Request) -> list[str]:
    return [
        reverse("desk:home"),
        reverse("evidence:queue"),
        reverse("evidence:queue") + "?state=received",
        reverse("evidence:queue") + "?state=package_received",
        reverse("evidence:validations"),
        address("case", case),
        address("retrieval", case),
    ]


def seen(client: Client, case: Request) -> dict[str, str]:
    """Return every page of the issuing side, without what differs at each request."""
    plain = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    return {path: plain.sub("", text_of(client.get(path))) for path in pages_of(case)}


def test_while_withheld_every_page_of_the_issuing_side_stays_the_same(world, tmp_path):
    case = content_request(world)
    clients = [
        signed_in(world.prosecution, "prosecutor"),
        signed_in(world.court, "judge"),
    ]
    with frozen(now()):
        before = [seen(client, case) for client in clients]

        package = deposited(world, case, tmp_path)

        assert [seen(client, case) for client in clients] == before
    for client in clients:
        assert client.post(address("download", case, package.id)).status_code == 404
        assert str(package.id) not in "".join(seen(client, case).values())
        assert "Withheld until" in text_of(client.get(address("retrieval", case)))


def test_the_platform_sees_that_it_delivered(world, agent, tmp_path):
    case = content_request(world)
    package = deposited(world, case, tmp_path)

    page, inbox = agent.get(address("case", case)), agent.get(reverse("evidence:inbox"))
    delivered = text_of(agent.get(address("retrieval", case)))

    assert "withheld until cleared" in text_of(page)
    assert "withheld until cleared" in text_of(inbox)
    assert str(package.id) in delivered
    assert "Download" not in delivered
    assert agent.get(address("refuse", case)).status_code in {200, 409}


def test_a_package_that_was_objected_to_stays_out_of_sight(world, prosecutor, reviewer, tmp_path):
    case = content_request(world)
    package = deposited(world, case, tmp_path)

    reviewer.post(
        address("scrutinise", case),
        {"decision": "object", "text": "Immunity.", "grounds": ["immunity_privilege_press"]},
    )

    shown = text_of(prosecutor.get(address("retrieval", case)))
    story = text_of(prosecutor.get(address("case", case)))
    assert "Nothing is handed over" in shown
    assert str(package.id) not in shown + story
    assert "Package received" not in story


def test_a_cleared_package_is_ready(world, prosecutor, reviewer, tmp_path):
    case = content_request(world)
    package = deposited(world, case, tmp_path)

    reviewer.post(address("scrutinise", case), {"decision": "clear"})

    shown = text_of(prosecutor.get(address("retrieval", case)))
    assert "Ready" in shown
    assert str(package.id) in shown
    assert package.payload_sha256 in shown
    assert "No private key is ever entered here" in shown


STRANGE = [
    "case",
    "edit",
    "validate",
    "send",
    "withdraw",
    "clarify",
    "close",
    "scrutinise",
    "preserve",
    "deliver",
    "ask_back",
    "refuse",
    "retrieval",
    "reopen",
]


@pytest.mark.parametrize("name", STRANGE)
def test_a_stranger_sees_404_for_what_exists(world, name):
    case = received(world)
    stranger = signed_in(factories.organisation("prosecution"), "prosecutor")

    real = stranger.get(address(name, case))
    made_up = stranger.get(reverse(f"evidence:{name}", args=["E-NONE"]))

    assert real.status_code == made_up.status_code == 404


@pytest.mark.parametrize("name", ["take_in", "take_notice_in"])
def test_a_stranger_takes_nothing_in(world, name):
    case = worlds.sent(world)
    stranger = signed_in(factories.platform(), "platform_agent")

    response = stranger.post(address(name, case))

    case.refresh_from_db()
    assert response.status_code == 404
    assert case.state == State.SENT


def test_nobody_outside_sees_what_is_still_being_written(world, agent, reviewer):
    case = drafted(world, world.judge, form=worlds.form("content"), authority="dpp")

    assert agent.get(address("case", case)).status_code == 404
    assert reviewer.get(address("case", case)).status_code == 404


def test_the_platform_reads_neither_section_m_nor_who_drafted(world, agent):
    case = received(world, form=worlds.form(case_summary="Ogre under the bridge"))

    text = text_of(agent.get(address("case", case)))

    assert "Ogre" not in text
    assert "Drafted" not in text


def test_reading_a_case_changes_nothing_but_its_own_read_entry(world, prosecutor):
    case = drafted(world)
    before = [event.verb for event in events_of(case.stream)]

    prosecutor.get(address("case", case))

    after = [event.verb for event in events_of(case.stream)]
    assert sorted(after) == sorted([*before, "request.read"])


@pytest.mark.parametrize("name", ["queue", "new", "validations"])
def test_the_lists_open(world, prosecutor, name):
    drafted(world)

    assert prosecutor.get(reverse(f"evidence:{name}")).status_code == 200


def test_what_the_prosecutor_may_validate_is_in_the_list(world, prosecutor):
    mine = drafted(world)
    theirs = drafted(world, form=worlds.form("content"), validator="tribunal", authority="dpp")

    text = text_of(prosecutor.get(reverse("evidence:validations")))

    assert mine.reference in text
    assert theirs.reference not in text


def test_an_emergency_stands_on_top_of_the_inbox(world, agent):
    calm = worlds.sent(world)
    urgent = worlds.sent(
        world,
        form=worlds.form(
            deadline_kind=["imminent_threat_to_life"], emergency_reason="A child is held."
        ),
    )

    text = text_of(agent.get(reverse("evidence:inbox")))

    assert "Emergency" in text
    assert text.index(urgent.reference) < text.index(calm.reference)


def test_a_closed_case_says_that_nobody_has_to_act(world, prosecutor, agent):
    case = received(world)
    agent.post(
        address("refuse", case),
        {"outcome": "no_data", "grounds": ["not_stored"], "text": "Nothing held."},
    )
    case.refresh_from_db()
    with acting(world.prosecutor) as actor:
        answering.close(case, actor=actor)

    text = text_of(prosecutor.get(address("case", case)))

    assert "Next:" not in text
    assert "Nothing to retrieve" in text_of(prosecutor.get(address("retrieval", case)))


NAUGHTY = ["\x00", "E-\x00", "\u202e evil", "<script>alert(1)</script>", "' OR 1=1 --", "😀" * 50]


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_naughty_strings_are_refused_or_kept_and_never_run(world, prosecutor, text):
    case = drafted(world)
    named = dict.fromkeys(("platform", "validator", "authority"), text)

    answers = [
        post_draft(prosecutor, case_summary=text, issuing_file_number=text),
        post_draft(prosecutor, **named),
        prosecutor.get(reverse("evidence:queue"), {"state": text, "after": text}),
        prosecutor.get(f"/evidence/{quote(text, safe='')}"),
        prosecutor.get(reverse("evidence:draft", args=["eu-epoc"]), {"platform": text}),
        prosecutor.post(address("validate", case), {"text_sha256": text, "code": text}),
        prosecutor.post(address("withdraw", case), {"reason": text}),
    ]

    assert {answer.status_code for answer in answers} <= {200, 302, 404, 422}
    assert all("<script>alert(1)" not in text_of(answer) for answer in answers)
