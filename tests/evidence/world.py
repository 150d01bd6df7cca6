"""Parties, seats and keys for tests of evidence: everything a request and a package need."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.test import Client

from broker.access.acting import acting
from broker.basics.actor import Actor
from broker.basics.ids import uuid7
from broker.crypto import age, keys
from broker.forms.sample import sample
from broker.law import catalogue
from broker.parties.models import (
    Connector,
    ContactPoint,
    KeyForm,
    KeyUse,
    Organisation,
    OrganisationKind,
    PartyKey,
)
from evidence.actions import depositing, drafting, order, sending, uploading, validating
from evidence.actions.drafting import Draft
from evidence.actions.noticing import take_notice
from evidence.actions.order_key import certify
from evidence.actions.trust import AUTHORITIES, endorsed
from evidence.models import Package, Request
from evidence.package.sealing import Sealer, SignedOrder, seal
from tests.signing import Program

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
AUTHORITY = keys.make_ca("Seal authority", valid_from=SINCE, valid_to=UNTIL)
ROOT = keys.make_ca("Root", valid_from=SINCE, valid_to=UNTIL)
OFFICE_CA = keys.make_ca("Office authority", valid_from=SINCE, valid_to=UNTIL)


@dataclass
class World:
    """A unit, a prosecution office, a court, a platform, an enforcing authority, an overseer."""

    unit: Organisation
    prosecution: Organisation
    court: Organisation
    platform: Organisation
    authority: Organisation
    overseer: Organisation
    identities: dict[str, age.Identity] = field(default_factory=dict)
    sealer: Sealer | None = None

    def actor(self, seat: str, organisation: Organisation, channel: str = "portal") -> Actor:
        return Actor(
            id=str(uuid7()),
            organisation=organisation.party_id,
            organisation_kind=organisation.kind,
            roles=frozenset({seat}),
            service_number=f"{organisation.slug}-{seat}",
            channel=channel,
        )

    def __getattr__(self, seat: str) -> Actor:
        homes = {
            "officer": "unit",
            "prosecutor": "prosecution",
            "judge": "court",
            "agent": "platform",
            "reviewer": "authority",
            "watcher": "overseer",
        }
        roles = {
            "agent": "platform_agent",
            "reviewer": "enforcing_authority",
            "watcher": "overseer",
        }
        if seat not in homes:
            raise AttributeError(seat)
        return self.actor(roles.get(seat, seat), getattr(self, homes[seat]))


def form(*categories: str, **changes: object) -> dict:
    """Return the values of a certificate that asks for the given categories of data."""
    asked = list(categories) or ["subscriber"]
    values = sample(catalogue.get("eu-epoc").form)
    values |= {"data_categories": asked, "deadline_kind": ["as_soon_as_possible"]}
    if {"traffic", "content"} & set(asked):
        values["tier2_ground"] = ["max_3_years"]
    return values | changes


def make_world() -> World:
    """Save the parties with their keys and contact points."""
    world = World(
        unit=_organisation("pnij", OrganisationKind.UNIT),
        prosecution=_organisation("parquet", OrganisationKind.PROSECUTION),
        court=_organisation("tribunal", OrganisationKind.COURT),
        platform=_organisation("tube", OrganisationKind.PLATFORM, "IE"),
        authority=_organisation("dpp", OrganisationKind.ENFORCING_AUTHORITY, "IE"),
        overseer=_organisation("cnil", OrganisationKind.OVERSEER),
    )
    for taker in (world.platform, world.authority, world.prosecution, world.court):
        ContactPoint.objects.create(organisation=taker, connector=Connector.WEB)
    for office in (world.unit, world.prosecution, world.court):
        _give_keys(world, office)
    world.sealer = _give_seal(world.platform)
    return world


def _organisation(slug: str, kind: str, country: str = "FR") -> Organisation:
    zone = {"FR": "Europe/Paris", "IE": "Europe/Dublin"}[country]
    return Organisation.objects.create(
        slug=slug, name=slug.title(), kind=kind, country=country, zone=zone
    )


def _give_keys(world: World, office: Organisation) -> None:
    entry = certify(office, by=OFFICE_CA, valid_from=SINCE, valid_to=UNTIL)
    entry.save()
    for use in (KeyUse.RECEIVE, KeyUse.ESCROW):
        identity = age.X25519Identity.generate()
        world.identities[f"{office.slug} {use.value}"] = identity
        key = PartyKey(
            organisation=office,
            use=use,
            form=KeyForm.AGE,
            value=identity.recipient,
            sha256=age.recipient_fingerprint(identity.recipient).removeprefix("sha256:"),
            valid_from=SINCE,
            valid_to=UNTIL,
        )
        endorsed(key, order=entry).save()


def _give_seal(platform: Organisation) -> Sealer:
    key = keys.generate("p256")
    certificate = keys.issue_certificate(
        *AUTHORITY, key, common_name="Tube seal", valid_from=SINCE, valid_to=UNTIL
    )
    der = certificate.public_bytes(Encoding.DER)
    PartyKey.objects.create(
        organisation=platform,
        use=KeyUse.SEAL,
        form=KeyForm.X509,
        value=base64.b64encode(der).decode(),
        sha256=keys.fingerprint(der),
        valid_from=SINCE,
        valid_to=UNTIL,
    )
    folder = Path(settings.KEYS_FOLDER) / AUTHORITIES
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seal.pem").write_bytes(AUTHORITY[1].public_bytes(Encoding.PEM))
    return Sealer(platform.party_id, key, certificate)


def drafted(world: World, by: Actor | None = None, **changes: object) -> Request:
    """Draft a request for subscriber data by the prosecutor, unless `changes` say otherwise."""
    by = by or world.prosecutor
    brought = {"instrument": "eu-epoc", "platform": "tube", "form": form()} | changes
    with acting(by) as actor:
        return drafting.draft(Draft(**brought), actor=actor).case


def validated(world: World, by: Actor | None = None, request: Request | None = None, **changes):
    """Draft and validate."""
    request = request or drafted(world, **changes)
    with acting(by or world.prosecutor) as actor:
        read = order.text_sha256(request)
        return validating.validate(request, text_sha256=read, method="totp", actor=actor).case


def sent(world: World, **changes) -> Request:
    """Draft, validate and send as an exercise."""
    request = validated(world, **changes)
    with acting(world.prosecutor if request.issuer == world.prosecution else world.judge) as actor:
        return sending.send(request, actor=actor).case


def received(world: World, **changes) -> Request:
    """The same, and the platform has it."""
    request = sent(world, **changes)
    with acting(world.agent) as actor:
        return sending.acknowledge(request, actor=actor, proof={"event": "acknowledged"}).case


def notified(world: World, **changes) -> Request:
    """A judge's request for content, of which the enforcing authority is notified; received."""
    facts = {"by_drafter": world.judge, "form": form("content"), "authority": "dpp"} | changes
    by = facts.pop("by_drafter")
    request = drafted(world, by, **facts)
    request = validated(world, by, request)
    with acting(by) as actor:
        request = sending.send(request, actor=actor).case
    with acting(world.agent) as actor:
        return sending.acknowledge(request, actor=actor, proof={"event": "acknowledged"}).case


def sealed(world: World, request: Request, folder: Path, out: Path, **changes: object):
    """Seal `folder` under the request's order as the platform's client does."""
    request.refresh_from_db()
    given = {
        "order": SignedOrder(bytes(request.order), bytes(request.order_signature)),
        "package_id": str(uuid7()),
        "recipients": [each["recipient"] for each in request.recipients],
        "sealer": world.sealer,
    }
    return seal(folder, out, **{**given, **changes})


class Sender(Program):
    """A program that also sends envelopes and parts of uploads."""

    def envelope(self, path: str, data: bytes, *, key: str | None = None):
        given = {"content-type": "application/zip", "idempotency-key": key or str(uuid7())}
        return self._send("POST", path, data, given)

    def get_with(self, path: str, headers: dict[str, str]):
        """Get with headers that the signature does not cover."""
        return self._send("GET", path, b"", headers)

    def post_with(self, path: str, members: dict, headers: dict[str, str]):
        """Post with headers that the signature does not cover."""
        given = {"idempotency-key": str(uuid7()), **headers}
        return self._send("POST", path, json.dumps(members).encode(), given)

    @staticmethod
    def part(location: str, data: bytes, offset: int, **headers: str):
        given = {"tus-resumable": "1.0.0", "upload-offset": str(offset), **headers}
        kind = "application/offset+octet-stream"
        return Client().patch(location, data, content_type=kind, headers=given)

    def upload(self, reference: str, payload: Path):
        data = payload.read_bytes()
        announced = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        begun = self.post(f"/api/v1/requests/{reference}/uploads", announced)
        assert begun.status_code == 201, begun.content
        self.part(begun.headers["location"], data[: 2**20], 0)
        return self.part(begun.headers["location"], data[2**20 :], 2**20)

    def hand_in(self, reference: str, out: Path):
        self.upload(reference, out / "payload.bin")
        envelope = (out / "envelope.zip").read_bytes()
        return self.envelope(f"/api/v1/requests/{reference}/packages", envelope)


def content_request(world: World, **form_changes: object) -> Request:
    """A prosecutor's request for content, validated by a judge, with the platform and notified."""
    request = drafted(
        world, form=form("content", **form_changes), validator="tribunal", authority="dpp"
    )
    request = validated(world, world.judge, request)
    with acting(world.prosecutor) as actor:
        request = sending.send(request, actor=actor).case
    with acting(world.agent) as actor:
        request = sending.acknowledge(request, actor=actor, proof={"event": "acknowledged"}).case
    with acting(world.reviewer) as actor:
        take_notice(request, actor=actor)
    request.refresh_from_db()
    return request


def deposited(world: World, request: Request, folder: Path) -> Package:
    """Seal a small folder under the request's order, upload it and hand it in."""
    source, out = folder / f"data-{request.id}", folder / f"out-{request.id}"
    source.mkdir()
    out.mkdir()
    (source / "messages.txt").write_text("Meet me under the bridge.")
    sealed(world, request, source, out)
    data = (out / "payload.bin").read_bytes()
    with acting(world.agent) as actor:
        sums = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        upload = uploading.begin(request, **sums, actor=actor).upload
    uploading.append(upload, offset=0, chunks=[data])
    with acting(world.agent) as actor:
        envelope = (out / "envelope.zip").read_bytes()
        return depositing.deposit(request, envelope, actor=actor).package
