from django.urls import path

from settlement.views import claims, counter, follow_ups, lists, payments
from settlement.views import payment_results as results

urlpatterns = [
    path("claims/", lists.ClaimList.as_view(), name="claims"),
    path("claims/finance/", lists.FinanceList.as_view(), name="claims_for_finance"),
    path("claims/new/", counter.new_claim, name="new_claim"),
    path("claims/new/<int:pk>/calculation/", counter.calculation, name="claim_calculation"),
    path("claims/hospitals/", counter.hospital_names, name="claim_hospitals"),
    path("claims/<int:pk>/", claims.claim, name="claim"),
    path("claims/<int:pk>/edit/", counter.edit_claim, name="edit_claim"),
    path("claims/<int:pk>/calculate/", claims.calculate_again, name="calculate_claim"),
    path("claims/<int:pk>/take/<slug:verb>/", claims.take, name="take_claim"),
    path("claims/<int:pk>/promise/", claims.promise, name="promise_claim"),
    path("claims/<int:pk>/sheet/", claims.sheet, name="claim_sheet"),
    path("payments/", payments.BatchList.as_view(), name="payments"),
    path("payments/new/", payments.new_batch, name="new_batch"),
    *results.PAGES.urls("payments/results/", results.ResultList),
    path("payments/follow-ups/", follow_ups.FollowUpList.as_view(), name="follow_ups"),
    path("payments/failed/", follow_ups.FailedList.as_view(), name="failed_payments"),
    path("payments/rows/<int:pk>/correct/", follow_ups.correct, name="correct_payee"),
    path("payments/rows/<int:pk>/come-back/", follow_ups.come_back, name="return_payment"),
    path("payments/rows/<int:pk>/amount/", payments.amount, name="payment_amount"),
    path("payments/<int:pk>/", payments.BatchPage.as_view(), name="payment_batch"),
    path("payments/<int:pk>/file/<slug:kind>/", payments.download, name="payment_file"),
    path("payments/<int:pk>/sheet/", payments.sheet, name="payment_sheet"),
    path("payments/<int:pk>/remove/", payments.take_out, name="remove_payment"),
    path("payments/<int:pk>/<slug:verb>/", payments.step, name="batch_step"),
    path("people/<int:pk>/payee/", follow_ups.payee, name="payee_account"),
]
