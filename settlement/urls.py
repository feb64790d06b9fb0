from django.urls import path

from settlement.views import claims, counter, details, lists

urlpatterns = [
    path("claims/", lists.ClaimList.as_view(), name="claims"),
    path("claims/finance/", lists.FinanceList.as_view(), name="claims_for_finance"),
    path("claims/new/", counter.new_claim, name="new_claim"),
    path("claims/new/<int:pk>/calculation/", counter.calculation, name="claim_calculation"),
    path("claims/hospitals/", counter.hospital_names, name="claim_hospitals"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/edit/", counter.edit_claim, name="edit_claim"),
    path("claims/<int:pk>/calculate/", claims.calculate_again, name="calculate_claim"),
    path("claims/details-template/", details.template, name="details_template"),
    path("claims/<int:pk>/details/", details.details, name="claim_details"),
    path("claims/<int:pk>/details/confirm/", details.confirm, name="confirm_details"),
    path("claims/<int:pk>/details/export/", details.export, name="export_details"),
    path("claims/<int:pk>/take/<slug:verb>/", claims.take, name="take_claim"),
    path("claims/<int:pk>/promise/", claims.promise, name="promise_claim"),
    path("claims/<int:pk>/sheet/", claims.sheet, name="claim_sheet"),
]
