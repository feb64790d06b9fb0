from django.urls import path

from hospitals.views import directory as views
from hospitals.views import imports

urlpatterns = [
    path("", views.HospitalList.as_view(), name="hospitals"),
    path("<int:pk>/", views.hospital, name="hospital"),
    path("coverage/", views.coverage, name="coverage"),
    path("halls/", views.HallList.as_view(), name="halls"),
    path("imports/", imports.ListImports.as_view(), name="list_imports"),
    path("imports/new/", imports.upload, name="list_upload"),
    path("imports/<int:pk>/", imports.list_import, name="list_import"),
    path("imports/<int:pk>/progress/", imports.progress, name="list_progress"),
    path("imports/<int:pk>/faults/", imports.faults, name="list_faults"),
    *(
        path(f"imports/<int:pk>/{verb.replace('_', '-')}/", imports.step, {"verb": verb}, name=f"list_{verb}")
        for verb in imports.STEPS
    ),
]
