"""The API describes itself completely: every door, its signature, its problems."""

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]


@pytest.fixture
def schema():
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    return answer.json()


def test_the_description_is_valid_openapi_and_public(schema):
    validate_schema(schema)

    assert schema["openapi"].startswith("3.")


def test_every_operation_asks_for_a_signature_and_may_refuse(schema):
    operation = schema["paths"]["/api/v1/points"]["post"]

    assert operation["security"] == [{"signature": []}]
    assert {"200", "4XX", "5XX"} <= set(operation["responses"])
    assert [parameter["name"] for parameter in operation["parameters"]] == ["Idempotency-Key"]
    assert "PointForm" in str(operation["requestBody"])


def test_a_view_shows_only_the_methods_it_answers(schema):
    assert set(schema["paths"]["/api/v1/whoami"]) == {"get"}
    assert set(schema["paths"]["/api/v1/points"]) == {"get", "post"}
