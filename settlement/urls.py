from django.urls import path

from settlement.views import claim_prints, claims, counter, findings, lists, replays

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
    path("claims/due/", lists.DueList.as_view(), name="claims_by_due_day"),
    path("claims/<int:pk>/hold/<slug:verb>/", claims.hold, name="hold_claim"),
    path("claims/<int:pk>/sheet/", claim_prints.sheet, name="claim_sheet"),
    path("claims/<int:pk>/decision/", claim_prints.decision, name="claim_decision"),
    path("claims/<int:pk>/supplement/", claim_prints.supplement, name="claim_supplement"),
    path("findings/", findings.FindingList.as_view(), name="findings"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/<slug:verb>/", findings.decide, name="decide_finding"),
    path("replays/", replays.ReplayList.as_view(), name="replays"),
    path("replays/new/", replays.new_replay, name="new_replay"),
    path("replays/<int:pk>/", replays.replay, name="replay"),
    path("replays/<int:pk>/progress/", replays.replay_progress, name="replay_progress"),
    path("replays/<int:pk>/take/<slug:verb>/", replays.take_replay, name="take_replay"),
    path("replays/<int:pk>/export/", replays.export_replay, name="export_replay"),
]
