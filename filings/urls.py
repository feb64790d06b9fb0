from django.urls import path

from filings.views import counter, filings, people, people_imports, prints, scans

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
    path("filings/<int:pk>/receipt/", prints.receipt, name="receipt"),
    path("filings/<int:pk>/print/<slug:kind>/", prints.print_out, name="print"),
    path("filings/<int:pk>/scans/", scans.attach, name="attach_scans"),
    path("scans/<int:pk>/", scans.scan, name="scan"),
    path("scans/<int:pk>/remove/", scans.remove, name="remove_scan"),
    path("filings/<int:pk>/<slug:verb>/", filings.step, name="filing_step"),
]
