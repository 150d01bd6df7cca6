"""What the API takes in and gives out about requests and packages."""

from typing import Any

from rest_framework import serializers

from broker.api.shapes import Shape

_DIGEST = r"^[0-9a-f]{64}$"
_LONG = 20_000


class NewRequest(Shape):
    """A draft; a person validates it in the portal. Organisations are named by their slugs."""

    instrument = serializers.CharField(max_length=60)
    platform = serializers.SlugField()
    validator = serializers.SlugField(default="", allow_blank=True)
    authority = serializers.SlugField(default="", allow_blank=True)
    form = serializers.DictField(default=dict)


class Sending(Shape):
    """`transport` is a way of the instrument's; a demo leaves it out and sends an exercise."""

    transport = serializers.CharField(default="", allow_blank=True, max_length=40)
    transport_ground = serializers.CharField(default="", allow_blank=True, max_length=40)


class Acknowledged(Shape):
    receipt = serializers.CharField(required=False, max_length=64 * 1024)


class Preserved(Shape):
    text = serializers.CharField(default="", allow_blank=True, max_length=_LONG)


class Refused(Shape):
    """`outcome` and `grounds` are codes of the instrument."""

    outcome = serializers.CharField(max_length=40)
    grounds = serializers.ListField(
        child=serializers.CharField(max_length=60), default=list, max_length=20
    )
    text = serializers.CharField(max_length=_LONG)


class Clarified(Shape):
    """The platform asks with `grounds`; the issuing side answers without."""

    grounds = serializers.ListField(
        child=serializers.CharField(max_length=60), default=list, max_length=20
    )
    text = serializers.CharField(max_length=_LONG)


class Withdrawn(Shape):
    reason = serializers.CharField(max_length=_LONG)


class Decided(Shape):
    """Of the enforcing authority: `none` raises no ground, `full` refuses in full."""

    decision = serializers.ChoiceField(["none", "full"])
    grounds = serializers.ListField(
        child=serializers.CharField(max_length=60), default=list, max_length=20
    )
    text = serializers.CharField(default="", allow_blank=True, max_length=_LONG)


class Nothing(Shape):
    """An empty object: the act says it all."""


class NewUpload(Shape):
    """The payload's size in bytes and SHA-256 (hex); both are checked at the end."""

    size = serializers.IntegerField(min_value=1)
    sha256 = serializers.RegexField(_DIGEST)


class SignedReceipt(Shape):
    """The members of custody-receipt/1 that the broker does not know, and the signature over it.

    `signature` is base64; `opened` only for a package that was opened.
    """

    kind = serializers.ChoiceField(["retrieved", "opened"])
    at = serializers.DateTimeField()
    opened = serializers.RegexField(_DIGEST, default="", allow_blank=True)
    key_sha256 = serializers.RegexField(_DIGEST)
    signature = serializers.CharField(max_length=1000)


class Accepted(serializers.Serializer[Any]):
    """Where the case stands after the act. `promise` is the ledger's signed note."""

    reference = serializers.CharField()
    state = serializers.CharField()
    promise = serializers.CharField()


class UploadBegun(serializers.Serializer[Any]):
    """`location` carries tus 1.0 (HEAD, PATCH, DELETE) until `expires`; whoever has it may."""

    upload = serializers.UUIDField()
    location = serializers.CharField()
    expires = serializers.DateTimeField()


class PackageTaken(Accepted):
    package = serializers.UUIDField()
    received_event = serializers.UUIDField()


class Announced(Accepted):
    content = serializers.CharField()


class ShownClock(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.CharField()
    started = serializers.DateTimeField()
    due = serializers.DateTimeField(allow_null=True)
    lapses = serializers.DateTimeField(allow_null=True)
    why = serializers.ListField(child=serializers.DictField())


class ShownPackage(serializers.Serializer[Any]):
    package = serializers.UUIDField()
    request = serializers.CharField()
    statement_sha256 = serializers.CharField()
    payload_sha256 = serializers.CharField()
    payload_size = serializers.IntegerField()
    sealed = serializers.DateTimeField()
    received = serializers.DateTimeField()
    released = serializers.DateTimeField(allow_null=True)
    retrieved = serializers.DateTimeField(allow_null=True)
    content = serializers.CharField()


class ShownMessage(serializers.Serializer[Any]):
    kind = serializers.CharField()
    organisation = serializers.CharField()
    grounds = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()
    at = serializers.DateTimeField()


class RequestLine(serializers.Serializer[Any]):
    reference = serializers.CharField()
    state = serializers.CharField()
    instrument = serializers.CharField()
    platform = serializers.CharField()
    emergency = serializers.BooleanField()
    due = serializers.DateTimeField(allow_null=True)


class ShownRequest(RequestLine):
    """`order` is what was issued, as the caller received it; null before.

    A receiver that has not taken it in is shown whose it is, and every other member empty.
    """

    issuer = serializers.CharField()
    validator = serializers.CharField(allow_null=True)
    authority = serializers.CharField(allow_null=True)
    data_categories = serializers.ListField(child=serializers.CharField())
    transport = serializers.DictField()
    sent = serializers.DateTimeField(allow_null=True)
    received = serializers.DateTimeField(allow_null=True)
    review = serializers.CharField(allow_blank=True)
    clocks = ShownClock(many=True)
    messages = ShownMessage(many=True)
    packages = ShownPackage(many=True)
    form = serializers.DictField()
    order = serializers.DictField(allow_null=True)


class RequestPage(serializers.Serializer[Any]):
    results = RequestLine(many=True)
    next = serializers.CharField(allow_null=True)
