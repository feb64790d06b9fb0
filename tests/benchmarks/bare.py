"""The portal's pages and one that does as little as a page that keeps something can: it commits one row."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


@require_POST
def one_row(request: HttpRequest) -> HttpResponse:
    """For who is signed in, by a form with its token, as every page of the portal."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (said) VALUES (%s)", [request.POST["said"]])
    return HttpResponse(status=204)


@csrf_exempt
@login_not_required
@require_POST
def one_message(request: HttpRequest) -> HttpResponse:
    """For a program, as the gateway is: no session, no form."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (said) VALUES (%s)", [request.body.decode()])
    return HttpResponse(status=204)


urlpatterns = [path("bare/", one_row), path("bare-message/", one_message), path("", include("config.urls"))]
