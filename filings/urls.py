from django.urls import path

from filings.views import cards, counter, filings, people, people_imports, registrations

urlpatterns = [
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.edit_person, name="edit_person"),
    path("people/<int:pk>/id-number/", people.id_number, name="id_number"),
    path("people/<int:pk>/participations/new/", people.new_participation, name="new_participation"),
    path("people/<int:pk>/cards/new/", cards.new_card, name="new_card"),
    path("people/<int:pk>/cards/test/", cards.new_test, name="new_card_test"),
    path("people/<int:pk>/cards/replacement/", cards.new_replacement, name="new_replacement"),
    path("people/cards/<int:pk>/<slug:verb>/", cards.step, name="card_step"),
    path("people/replacements/<int:pk>/issue/", cards.issue, name="issue_replacement"),
    path("people/replacements/<int:pk>/withdraw/", cards.withdraw, name="withdraw_replacement"),
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
    path("filings/<int:pk>/", filings.filing, name="filing"),
    path("filings/<int:pk>/resubmit/", counter.resubmit_filing, name="resubmit_filing"),
    path("filings/<int:pk>/receipt/", filings.receipt, name="receipt"),
    path("filings/<int:pk>/<slug:verb>/", filings.step, name="filing_step"),
]
