"""What the API takes in and gives out about referrals."""

from typing import Any

from rest_framework import serializers

from broker.api.shapes import Shape
from referrals.models import DecidedUnder
from referrals.targets import MOST


class NewReferral(Shape):
    """`send` files it at once, where one person may ask on their own; else it is a draft."""

    instrument = serializers.CharField(max_length=60)
    platform = serializers.SlugField()
    targets = serializers.ListField(
        child=serializers.CharField(max_length=5000), min_length=1, max_length=MOST
    )
    form = serializers.DictField(default=dict)
    note = serializers.CharField(default="", allow_blank=True, max_length=10_000)
    send = serializers.BooleanField(default=False)


class GivenAnswer(Shape):
    item = serializers.IntegerField(min_value=1)
    outcome = serializers.CharField(max_length=40)
    decided_under = serializers.ChoiceField(DecidedUnder.choices, default=DecidedUnder.NEITHER)
    countries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}$"), default=list, max_length=250
    )
    manifestly_illegal = serializers.BooleanField(default=None, allow_null=True)
    reason = serializers.CharField(default="", allow_blank=True, max_length=20_000)
    ground = serializers.CharField(default="", allow_blank=True, max_length=60)
    acted_at = serializers.DateTimeField(default=None, allow_null=True)


class GivenAnswers(Shape):
    answers = serializers.ListField(child=GivenAnswer(), min_length=1, max_length=MOST)


class Text(Shape):
    text = serializers.CharField(max_length=20_000)


class Reason(Shape):
    reason = serializers.CharField(max_length=20_000)


class Nothing(Shape):
    """An empty object: the act says it all."""


class Receipt(Shape):
    receipt = serializers.CharField(required=False, max_length=64 * 1024)


class Accepted(serializers.Serializer[Any]):
    """Where the case stands after the act. `promise` is the ledger's signed note."""

    reference = serializers.CharField()
    state = serializers.CharField()
    promise = serializers.CharField()


class Filed(Accepted):
    """`earlier` are the unit's own cases that point at one of the same addresses."""

    earlier = serializers.ListField(child=serializers.CharField())


class ItemResult(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    recorded = serializers.BooleanField()
    problem = serializers.DictField(allow_null=True)


class AnswersResult(Accepted):
    results = ItemResult(many=True)


class ShownClock(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.CharField()
    started = serializers.DateTimeField()
    due = serializers.DateTimeField(allow_null=True)
    lapses = serializers.DateTimeField(allow_null=True)
    why = serializers.ListField(child=serializers.DictField())


class ShownItem(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    url = serializers.CharField()
    outcome = serializers.CharField()
    answered = serializers.DateTimeField(allow_null=True)


class ShownReferral(serializers.Serializer[Any]):
    """Items, clocks and order are empty for a platform until it has taken the order in."""

    reference = serializers.CharField()
    state = serializers.CharField()
    instrument = serializers.CharField()
    unit = serializers.CharField()
    platform = serializers.CharField()
    sent = serializers.DateTimeField(allow_null=True)
    received = serializers.DateTimeField(allow_null=True)
    answered = serializers.DateTimeField(allow_null=True)
    due = serializers.DateTimeField(allow_null=True)
    lapsed = serializers.DateTimeField(allow_null=True)
    items = ShownItem(many=True)
    clocks = ShownClock(many=True)
    order = serializers.DictField(allow_null=True)


class ReferralLine(serializers.Serializer[Any]):
    reference = serializers.CharField()
    state = serializers.CharField()
    instrument = serializers.CharField()
    platform = serializers.CharField()
    due = serializers.DateTimeField(allow_null=True)


class ReferralPage(serializers.Serializer[Any]):
    results = ReferralLine(many=True)
    next = serializers.CharField(allow_null=True)
