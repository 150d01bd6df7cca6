"""The doors of the referrals app: for programs under /api/v1, for people in the portal."""

from django.urls import path

from referrals.api import views as api
from referrals.portal import drafting, platform, steps, talking, views

app_name = "referrals"

_CASE = "referrals/<str:reference>"
_API_CASE = "api/v1/referrals/<str:reference>"

urlpatterns = [
    path("api/v1/referrals", api.Referrals.as_view(), name="api_referrals"),
    path(_API_CASE, api.OneReferral.as_view(), name="api_referral"),
    path(f"{_API_CASE}/send", api.Sending.as_view(), name="api_send"),
    path(f"{_API_CASE}/receipt", api.Receipts.as_view(), name="api_receipt"),
    path(f"{_API_CASE}/answers", api.Answers.as_view(), name="api_answers"),
    path(f"{_API_CASE}/clarification", api.Clarification.as_view(), name="api_clarification"),
    path(f"{_API_CASE}/resumption", api.Resumption.as_view(), name="api_resumption"),
    path(f"{_API_CASE}/withdrawal", api.Withdrawal.as_view(), name="api_withdrawal"),
    path("referrals/", views.queue, name="queue"),
    path("referrals/new", drafting.choose, name="new"),
    path("referrals/new/<slug:instrument_id>", drafting.new, name="draft"),
    path("referrals/approvals", views.approvals, name="approvals"),
    path("referrals/inbox", platform.inbox, name="inbox"),
    path(_CASE, views.case, name="case"),
    path(f"{_CASE}/edit", drafting.edit, name="edit"),
    path(f"{_CASE}/approve", steps.approve, name="approve"),
    path(f"{_CASE}/send", steps.send, name="send"),
    path(f"{_CASE}/reopen", steps.reopen, name="reopen"),
    path(f"{_CASE}/close", steps.close, name="close"),
    path(f"{_CASE}/withdraw", steps.withdraw, name="withdraw"),
    path(f"{_CASE}/clarify", talking.clarify, name="clarify"),
    path(f"{_CASE}/resume", talking.resume, name="resume"),
    path(f"{_CASE}/take-in", platform.take_in, name="take_in"),
    path(f"{_CASE}/answer", platform.answer, name="answer"),
]
