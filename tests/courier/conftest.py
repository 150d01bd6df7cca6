"""A platform with its ways of taking post, and a receiver that answers over HTTP."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from broker.access.acting import acting
from broker.basics import rows
from broker.basics.actor import SYSTEM
from broker.courier.models import Dispatch
from broker.courier.post import dispatch_for
from broker.ledger.append import Subject
from broker.parties.models import Connector, ContactPoint, Organisation, OrganisationKind

ABOUT = Subject("referral", "0198d3a4-0000-7000-8000-000000000001")


@dataclass
class Receiver:
    """What came in, and what to answer."""

    url: str = ""
    status: int = 200
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.came.append((self.path, dict(self.headers.items()), body))
            self.send_response(state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(state.answer)))
            self.end_headers()
            self.wfile.write(state.answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    state.url = f"http://localhost:{server.server_port}/hook?place=eu"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def platform(db: None) -> Organisation:
    return Organisation.objects.create(
        slug="tube", name="Tube", kind=OrganisationKind.PLATFORM, country="IE"
    )


def point(organisation: Organisation, connector: Connector, address: str = "") -> ContactPoint:
    return ContactPoint.objects.create(
        organisation=organisation, connector=connector, address=address
    )


@pytest.fixture
def webhook(platform: Organisation, receiver: Receiver) -> ContactPoint:
    return point(platform, Connector.WEBHOOK, receiver.url)


def posted(recipient: ContactPoint | Organisation, **changes: object) -> Dispatch:
    """Write one dispatch to the outbox as a step would."""
    facts = {"kind": "referral.order", "subject": ABOUT, "reference": "R-1", "body": {"n": 1}}
    with acting(SYSTEM):
        dispatch = dispatch_for(recipient=recipient, **facts | changes)
        rows.insert(dispatch)
    return dispatch
