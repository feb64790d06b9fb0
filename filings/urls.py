from django.urls import path

from filings.views import (
    cards,
    change_pages,
    changes,
    commitments,
    counter,
    filings,
    people,
    people_imports,
    proofs,
    registrations,
    reviewing,
    sanctions,
    taking,
)
from filings.vocabulary import Kind

urlpatterns = [
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.edit_person, name="edit_person"),
    path("people/<int:pk>/id-number/", people.id_number, name="id_number"),
    path("people/<int:pk>/participations/new/", people.new_participation, name="new_participation"),
    path("people/<int:pk>/recognitions/new/", proofs.new_recognition, name="new_recognition"),
    path("people/<int:pk>/cards/new/", cards.new_card, name="new_card"),
    path("people/<int:pk>/cards/test/", cards.new_test, name="new_card_test"),
    path("people/<int:pk>/cards/replacement/", cards.new_replacement, name="new_replacement"),
    path("cards/<int:pk>/<slug:verb>/", cards.step, name="card_step"),
    path("replacements/<int:pk>/issue/", cards.issue, name="issue_replacement"),
    path("replacements/<int:pk>/withdraw/", cards.withdraw, name="withdraw_replacement"),
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
    path("registrations/", registrations.RegistrationList.as_view(), name="registrations"),
    path("registrations/new/", registrations.new_registration, name="new_registration"),
    path("registrations/new/checks/", registrations.checks, name="registration_checks"),
    path("registrations/<int:pk>/", registrations.registration, name="registration"),
    path("registrations/<int:pk>/slip/", registrations.slip, name="registration_slip"),
    path("registrations/<int:pk>/cancel/", registrations.cancel, name="cancel_registration"),
    path("filings/review/", reviewing.WaitingFilings.as_view(), name="review_filings"),
    path("filings/review/changes/", reviewing.WaitingChanges.as_view(), name="review_changes"),
    path("filings/changes/", change_pages.ChangeList.as_view(), name="filing_changes"),
    path("filings/changes/<int:pk>/", change_pages.change, name="filing_change"),
    path("filings/changes/<int:pk>/print/", change_pages.sheet, name="change_sheet"),
    path("filings/changes/<int:pk>/resubmit/", changes.resubmit, name="resubmit_change"),
    path("filings/changes/<int:pk>/hold/<slug:verb>/", taking.hold_change, name="hold_change"),
    path("filings/changes/<int:pk>/<slug:verb>/", change_pages.step, name="change_step"),
    *(
        route
        for kind in (Kind.CHANGE, Kind.CANCEL)
        for route in (
            path(f"filings/<int:pk>/{kind}/", changes.ask, {"kind": kind}, name=f"ask_{kind}"),
            path(f"filings/<int:pk>/{kind}/decision/", changes.decision, {"kind": kind}, name=f"{kind}_decision"),
        )
    ),
    path("filings/<int:pk>/hold/<slug:verb>/", taking.hold_filing, name="hold_filing"),
    path("filings/<int:pk>/", filings.filing, name="filing"),
    path("filings/<int:pk>/resubmit/", counter.resubmit_filing, name="resubmit_filing"),
    path("filings/<int:pk>/receipt/", filings.receipt, name="receipt"),
    path("filings/<int:pk>/home-care/", proofs.home_care, name="home_care"),
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
