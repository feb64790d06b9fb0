from django.urls import path

from config.simulator import views

urlpatterns = [
    path("", views.hospital, name="hospital"),
    path("ask/", views.ask, name="ask"),
    path("admit/", views.admit, name="admit"),
    path("stays/<str:mdtrt_id>/<str:infno>/", views.stay, name="stay"),
    path("settlements/", views.settlements, name="settlements"),
    path("settlements/outbound/", views.hand_down, name="hand_down"),
    path("settlements/inbound/", views.visitor, name="visitor"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
    path("reconciliation/<str:infno>/", views.compare, name="compare"),
    path("messages/<int:number>/", views.message, name="message"),
    path("platforms/", views.platforms, name="platforms"),
    path("platforms/<slug:name>/mood/", views.set_mood, name="set_mood"),
    path("platform/<slug:name>/", views.platform, name="platform"),
    path("healthz", views.healthz, name="healthz"),
]
