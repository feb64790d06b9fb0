from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from config import shell
from settlement.gateway.door import gateway

admin.autodiscover()  # here and not at start-up: a command that serves no page need not wait for it

handler400 = "config.shell.bad_request"
handler500 = "config.shell.server_error"

urlpatterns = [
    path("gateway/", gateway, name="gateway"),  # first: it is asked most
    path("", shell.worklist, name="worklist"),
    path("search/", shell.search, name="search"),
    path("healthz", shell.healthz, name="healthz"),
    path("sign-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", auth.LogoutView.as_view(), name="logout"),
    path(
        "password/",
        auth.PasswordChangeView.as_view(success_url="/password/done/", template_name="registration/password.html"),
        name="password",
    ),
    path(
        "password/done/",
        auth.PasswordChangeDoneView.as_view(template_name="registration/password_done.html"),
        name="password_change_done",
    ),
    path("hospitals/", include("hospitals.urls")),
    path("", include("filings.urls")),
    path("", include("settlement.urls")),
    path("admin/login/", shell.admin_sign_in, name="admin_login"),
    path("admin/", admin.site.urls),
]
