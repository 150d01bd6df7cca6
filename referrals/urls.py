"""The doors of the referrals app: for programs under /api/v1, for people in the portal."""

from django.urls import path

from referrals.api import views as api

app_name = "referrals"

urlpatterns = [
    path("api/v1/referrals", api.Referrals.as_view(), name="api_referrals"),
    path("api/v1/referrals/<str:reference>", api.OneReferral.as_view(), name="api_referral"),
    path("api/v1/referrals/<str:reference>/send", api.Sending.as_view(), name="api_send"),
    path("api/v1/referrals/<str:reference>/receipt", api.Receipts.as_view(), name="api_receipt"),
    path("api/v1/referrals/<str:reference>/answers", api.Answers.as_view(), name="api_answers"),
    path(
        "api/v1/referrals/<str:reference>/clarification",
        api.Clarification.as_view(),
        name="api_clarification",
    ),
    path(
        "api/v1/referrals/<str:reference>/resumption",
        api.Resumption.as_view(),
        name="api_resumption",
    ),
    path(
        "api/v1/referrals/<str:reference>/withdrawal",
        api.Withdrawal.as_view(),
        name="api_withdrawal",
    ),
]
