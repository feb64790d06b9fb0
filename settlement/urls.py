from django.urls import path

from settlement.views import accounts, claims, counter, lists, settlements

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
    path("settlements/", settlements.SettlementList.as_view(), name="settlements"),
    path("settlements/<int:pk>/", settlements.settlement, name="settlement"),
    path("settlements/<int:pk>/reverse/", settlements.take_back, name="reverse_settlement"),
    path("settlements/<int:pk>/sheet/", settlements.sheet, name="settlement_sheet"),
    path("people/<int:pk>/accounts/", accounts.accounts, name="person_accounts"),
    path("people/<int:pk>/accounts/carry-in/", accounts.add, name="carry_in"),
]
