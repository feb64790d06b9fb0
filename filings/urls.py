from django.urls import path

from filings.views import people

urlpatterns = [
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/<int:pk>/", people.person, name="person"),
]
