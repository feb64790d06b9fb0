from django.urls import path

from settlement.views import claims, counter, lists, recoupments

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
    path("recoupments/", recoupments.RecoupmentList.as_view(), name="recoupments"),
    path("recoupments/new/", recoupments.new_recoupment, name="new_recoupment"),
    path("recoupments/<int:pk>/", recoupments.recoupment, name="recoupment"),
    path("recoupments/<int:pk>/take/<slug:verb>/", recoupments.take, name="take_recoupment"),
    path("recoupments/<int:pk>/notice/", recoupments.notice, name="recoupment_notice"),
    path("recoupments/<int:pk>/reminders/<int:reminder>/", recoupments.reminder_notice, name="recoupment_reminder"),
]
