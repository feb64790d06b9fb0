from django.urls import path

from hospitals.views import directory as views
from hospitals.views import imports

urlpatterns = [
    path("", views.HospitalList.as_view(), name="hospitals"),
    path("<int:pk>/", views.hospital, name="hospital"),
    path("coverage/", views.coverage, name="coverage"),
    path("halls/", views.HallList.as_view(), name="halls"),
    *imports.PAGES.urls("imports/", imports.ListImports),
]
