"""The arm intake is measured against: a bare DRF view that creates one row."""

from django.db import connection, models
from django.urls import include, path
from rest_framework import generics, serializers
from rest_framework.parsers import JSONParser


class Bare(models.Model):
    """One row as wide as a referral's main facts; made and dropped by the bench."""

    reference = models.CharField(max_length=20)
    url = models.TextField()
    reasons = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_bare"

    def __str__(self) -> str:
        return self.reference


class BareShape(serializers.ModelSerializer[Bare]):
    class Meta:
        model = Bare
        fields = ("reference", "url", "reasons")


class Create(generics.CreateAPIView[Bare]):
    """Take in one row, unsigned."""

    asks_for = "nobody"
    queryset = Bare._default_manager.all()
    serializer_class = BareShape
    authentication_classes = ()
    parser_classes = (JSONParser,)


urlpatterns = [path("bench/bare", Create.as_view()), path("", include("broker.urls"))]


def make_table() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Bare)
