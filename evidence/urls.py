"""The doors of the evidence app: for programs under /api/v1, for people in the portal."""

from django.urls import path

from evidence.api import packages, requests, uploads
from evidence.portal import (
    drafting,
    platform,
    retrieval,
    scrutiny,
    steps,
    talking,
    transmitting,
    views,
)

app_name = "evidence"

_CASE = "evidence/<str:reference>"
_API_CASE = "api/v1/requests/<str:reference>"
_PACKAGE = "api/v1/packages/<uuid:package>"

urlpatterns = [
    path("api/v1/requests", requests.Requests.as_view(), name="api_requests"),
    path(_API_CASE, requests.OneRequest.as_view(), name="api_request"),
    path(f"{_API_CASE}/send", requests.Sending.as_view(), name="api_send"),
    path(f"{_API_CASE}/receipt", requests.Receipts.as_view(), name="api_receipt"),
    path(f"{_API_CASE}/preservation", requests.Preservation.as_view(), name="api_preservation"),
    path(f"{_API_CASE}/refusal", requests.Refusal.as_view(), name="api_refusal"),
    path(f"{_API_CASE}/clarification", requests.Clarification.as_view(), name="api_clarification"),
    path(f"{_API_CASE}/withdrawal", requests.Withdrawal.as_view(), name="api_withdrawal"),
    path(f"{_API_CASE}/decision", requests.Decision.as_view(), name="api_decision"),
    path(f"{_API_CASE}/closing", requests.Closing.as_view(), name="api_closing"),
    path(f"{_API_CASE}/uploads", packages.NewUpload.as_view(), name="api_uploads"),
    path(f"{_API_CASE}/packages", packages.Packages.as_view(), name="api_packages"),
    path("api/v1/uploads/<str:token>", uploads.OneUpload.as_view(), name="api_upload"),
    path(_PACKAGE, packages.OnePackage.as_view(), name="api_package"),
    path(f"{_PACKAGE}/content", packages.Content.as_view(), name="api_content"),
    path(f"{_PACKAGE}/retrieval", packages.Retrieval.as_view(), name="api_retrieval"),
    path(f"{_PACKAGE}/receipts", packages.Receipts.as_view(), name="api_receipts"),
    path("evidence/", views.queue, name="queue"),
    path("evidence/new", drafting.choose, name="new"),
    path("evidence/new/<slug:instrument_id>", drafting.new, name="draft"),
    path("evidence/validations", views.validations, name="validations"),
    path("evidence/inbox", platform.inbox, name="inbox"),
    path(_CASE, views.case, name="case"),
    path(f"{_CASE}/edit", drafting.edit, name="edit"),
    path(f"{_CASE}/validate", steps.validate, name="validate"),
    path(f"{_CASE}/reopen", steps.reopen, name="reopen"),
    path(f"{_CASE}/send", transmitting.send, name="send"),
    path(f"{_CASE}/withdraw", steps.withdraw, name="withdraw"),
    path(f"{_CASE}/clarify", talking.clarify, name="clarify"),
    path(f"{_CASE}/close", steps.close, name="close"),
    path(f"{_CASE}/notice", scrutiny.take_notice_in, name="take_notice_in"),
    path(f"{_CASE}/scrutinise", scrutiny.scrutinise, name="scrutinise"),
    path(f"{_CASE}/take-in", platform.take_in, name="take_in"),
    path(f"{_CASE}/preserve", platform.preserve, name="preserve"),
    path(f"{_CASE}/deliver", platform.deliver, name="deliver"),
    path(f"{_CASE}/ask-back", talking.ask_back, name="ask_back"),
    path(f"{_CASE}/refuse", platform.refuse, name="refuse"),
    path(f"{_CASE}/retrieval", retrieval.retrieval, name="retrieval"),
    path(f"{_CASE}/packages/<uuid:package>/download", retrieval.download, name="download"),
    path(
        f"{_CASE}/packages/<uuid:package>/content/<str:ticket>", retrieval.content, name="content"
    ),
]
