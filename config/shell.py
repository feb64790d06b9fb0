"""The staff shell: navigation by right, worklist, search, sign-in pages, health."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def navigation(request: HttpRequest) -> dict:
    return {}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"message": "页面已过期，请刷新后重试"}, status=403)
