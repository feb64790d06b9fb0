from django.urls import path

from filings.views import commitments, counter, filings, people, people_imports, sanctions

urlpatterns = [
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.edit_person, name="edit_person"),
    path("people/<int:pk>/id-number/", people.id_number, name="id_number"),
    path("people/<int:pk>/participations/new/", people.new_participation, name="new_participation"),
    path("people/<int:pk>/cards/new/", people.new_card, name="new_card"),
    path("participations/<int:pk>/edit/", people.edit_participation, name="edit_participation"),
    path("people/imports/", people_imports.PeopleImports.as_view(), name="people_imports"),
    path("people/imports/new/", people_imports.upload, name="people_upload"),
    path("people/imports/<int:pk>/", people_imports.people_import, name="people_import"),
    path("people/imports/<int:pk>/progress/", people_imports.progress, name="people_progress"),
    path("people/imports/<int:pk>/faults/", people_imports.faults, name="people_faults"),
    *(
        path(
            f"people/imports/<int:pk>/{verb.replace('_', '-')}/",
            people_imports.step,
            {"verb": verb},
            name=f"people_{verb}",
        )
        for verb in people_imports.STEPS
    ),
    path("filings/", filings.FilingList.as_view(), name="filings"),
    path("filings/new/", counter.new_filing, name="new_filing"),
    path("filings/new/decision/", counter.decision, name="decision"),
    path("filings/<int:pk>/", filings.filing, name="filing"),
    path("filings/<int:pk>/resubmit/", counter.resubmit_filing, name="resubmit_filing"),
    path("filings/<int:pk>/receipt/", filings.receipt, name="receipt"),
    path("filings/<int:pk>/<slug:verb>/", filings.step, name="filing_step"),
    path("commitments/", commitments.CommitmentList.as_view(), name="commitments"),
    path("commitments/<int:pk>/", commitments.commitment, name="commitment"),
    path("commitments/<int:pk>/hand-in/", commitments.take_in, name="hand_in"),
    path("commitments/<int:pk>/letter/", commitments.letter, name="commitment_letter"),
    path("commitments/<int:pk>/notice/", commitments.notice, name="supplement_notice"),
    path("sanctions/", sanctions.SanctionList.as_view(), name="sanctions"),
    path("sanctions/<int:pk>/", sanctions.sanction, name="sanction"),
    path("sanctions/<int:pk>/<slug:verb>/", sanctions.step, name="sanction_step"),
]
