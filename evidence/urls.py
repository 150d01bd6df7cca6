"""The doors of the evidence app: for programs under /api/v1, for people in the portal."""

from django.urls import path

from evidence.api import packages, requests, uploads

app_name = "evidence"

_CASE = "api/v1/requests/<str:reference>"
_PACKAGE = "api/v1/packages/<uuid:package>"

urlpatterns = [
    path("api/v1/requests", requests.Requests.as_view(), name="api_requests"),
    path(_CASE, requests.OneRequest.as_view(), name="api_request"),
    path(f"{_CASE}/send", requests.Sending.as_view(), name="api_send"),
    path(f"{_CASE}/receipt", requests.Receipts.as_view(), name="api_receipt"),
    path(f"{_CASE}/preservation", requests.Preservation.as_view(), name="api_preservation"),
    path(f"{_CASE}/refusal", requests.Refusal.as_view(), name="api_refusal"),
    path(f"{_CASE}/clarification", requests.Clarification.as_view(), name="api_clarification"),
    path(f"{_CASE}/withdrawal", requests.Withdrawal.as_view(), name="api_withdrawal"),
    path(f"{_CASE}/decision", requests.Decision.as_view(), name="api_decision"),
    path(f"{_CASE}/closing", requests.Closing.as_view(), name="api_closing"),
    path(f"{_CASE}/uploads", packages.NewUpload.as_view(), name="api_uploads"),
    path(f"{_CASE}/packages", packages.Packages.as_view(), name="api_packages"),
    path("api/v1/uploads/<str:token>", uploads.OneUpload.as_view(), name="api_upload"),
    path(_PACKAGE, packages.OnePackage.as_view(), name="api_package"),
    path(f"{_PACKAGE}/content", packages.Content.as_view(), name="api_content"),
    path(f"{_PACKAGE}/retrieval", packages.Retrieval.as_view(), name="api_retrieval"),
    path(f"{_PACKAGE}/receipts", packages.Receipts.as_view(), name="api_receipts"),
]
