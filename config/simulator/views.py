"""The simulator's pages and its receiving end."""

import sqlite3
from dataclasses import asdict
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from config.simulator import platforms as receiving
from config.simulator import settings
from config.simulator.forms import MoodForm
from config.simulator.memory import Memory, read
from filings.platform.codes import Transaction


@cache
def memory() -> Memory:
    return Memory(settings.MEMORY)


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@csrf_exempt
@require_POST
def platform(request: HttpRequest, name: str) -> HttpResponse:
    """The receiving end of one platform."""
    if name not in receiving.PLATFORMS:
        raise Http404
    try:
        return JsonResponse(receiving.answer(memory(), name, request.body))
    except receiving.NoAnswer as none:
        return HttpResponse(status=none.status)


@require_GET
def platforms(request: HttpRequest) -> HttpResponse:
    shown = [
        {
            "name": name,
            "label": label,
            "count": memory().count(name),
            "mood": (mood := memory().mood(name)),
            "form": MoodForm(initial=asdict(mood), auto_id=f"{name}_%s"),
            "received": [_received(row) for row in memory().received(name)],
        }
        for name, label in receiving.PLATFORMS.items()
    ]
    return render(request, "simulator/platforms.html", {"platforms": shown})


@require_GET
def hospital(request: HttpRequest) -> HttpResponse:
    return render(request, "simulator/hospital.html", {})


@require_POST
def set_mood(request: HttpRequest, name: str) -> HttpResponseRedirect:
    form = MoodForm(request.POST)
    if name in receiving.PLATFORMS and form.is_valid():
        memory().set_mood(name, form.mood())
    return redirect("platforms")


def _received(row: sqlite3.Row) -> dict[str, object]:
    said, answered = read(row["request"]), read(row["reply"])
    return {
        "at": row["at"][:19].replace("T", " "),
        "infno": row["infno"],
        "transaction": Transaction.name_of(row["infno"]),
        "area": said.get("insuplc_admdvs") or "",
        "msgid": row["msgid"],
        "answer": "受理" if row["is_done"] else answered["err_msg"],
        "times": row["times"],
    }
