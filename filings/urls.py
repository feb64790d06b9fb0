from django.urls import path

from filings.views import counter, filings, people, people_imports, proofs, rosters

urlpatterns = [
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.edit_person, name="edit_person"),
    path("people/<int:pk>/id-number/", people.id_number, name="id_number"),
    path("people/<int:pk>/participations/new/", people.new_participation, name="new_participation"),
    path("people/<int:pk>/cards/new/", people.new_card, name="new_card"),
    path("people/<int:pk>/recognitions/new/", proofs.new_recognition, name="new_recognition"),
    path("participations/<int:pk>/edit/", people.edit_participation, name="edit_participation"),
    *people_imports.PAGES.urls("people/imports/", people_imports.PeopleImports),
    path("filings/", filings.FilingList.as_view(), name="filings"),
    path("filings/new/", counter.new_filing, name="new_filing"),
    path("filings/new/decision/", counter.decision, name="decision"),
    path("filings/<int:pk>/", filings.filing, name="filing"),
    path("filings/<int:pk>/resubmit/", counter.resubmit_filing, name="resubmit_filing"),
    path("filings/<int:pk>/receipt/", filings.receipt, name="receipt"),
    path("filings/<int:pk>/home-care/", proofs.home_care, name="home_care"),
    path("filings/<int:pk>/<slug:verb>/", filings.step, name="filing_step"),
    *rosters.PAGES.urls("rosters/", rosters.RosterList),
]
