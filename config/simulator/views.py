"""The simulator's pages and its receiving end."""

import datetime as dt
import json
import sqlite3
from dataclasses import asdict
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from config.simulator import books, hospitals, settings, settled
from config.simulator import platforms as receiving
from config.simulator.forms import (
    FORMS,
    AdmissionForm,
    BooksForm,
    HandDownForm,
    MoodForm,
    PatientForm,
    PeriodForm,
    VisitorForm,
)
from config.simulator.hospitals import HOUSES, MARKS, PATIENTS, StayState, StayStep
from config.simulator.memory import Memory, read
from filings.platform.codes import Transaction
from filings.platform.envelope import CHINA

FROM_THE_PLATFORM = (Transaction.COMPUTED_SETTLEMENT, Transaction.INBOUND_SETTLEMENT)
RESULTS = {"ours": "仅门户有", "theirs": "仅医院有", "different": "金额不同"}
SHOWN = 20


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
    """The desk of the hospitals: who is admitted, the stays, what was said."""
    today = dt.date.today()  # noqa: DTZ011 - the hospital's calendar
    form = AdmissionForm(initial={"begntime": today, "ipt_no": f"ZY{dt.datetime.now(CHINA):%m%d%H%M%S}"})
    return _hospital(request, form)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """1101: who somebody is to their home area."""
    form = PatientForm(request.POST)
    if not form.is_valid():
        return _hospital(request, AdmissionForm(request.POST))
    return redirect("message", hospitals.ask(memory(), form.house_asked, form.who).number)


@require_POST
def admit(request: HttpRequest) -> HttpResponse:
    form = AdmissionForm(request.POST)
    if not form.is_valid():
        return _hospital(request, form)
    said = hospitals.admit(memory(), form.house_asked, form.who, form.cleaned_data)
    return redirect("message", said.number)


def stay(request: HttpRequest, mdtrt_id: str, infno: str) -> HttpResponse:
    """One step of a stay: its form, and what comes of it."""
    row = memory().stay(mdtrt_id)
    if row is None or infno not in StayStep._value2member_map_:
        raise Http404
    step, told = StayStep.of(infno), read(row["told"])
    form = FORMS[step](request.POST or None, initial={**_so_far(told), **_today()})
    if request.method == "POST" and form.is_valid():
        said = hospitals.go_on(memory(), mdtrt_id, step, told, form.cleaned_data)
        return redirect("message", said.number)
    shown = {"form": form, "step": step, "stay": told, "mdtrt_id": mdtrt_id, "state": StayState.name_of(row["state"])}
    return render(request, "simulator/stay.html", shown)


@require_GET
def settlements(request: HttpRequest) -> HttpResponse:
    """What the platform has settled by itself and hands down, in either direction."""
    return _settlements(request, *_handed_down())


@require_POST
def hand_down(request: HttpRequest) -> HttpResponse:
    """A601."""
    form = HandDownForm(request.POST, auto_id="outbound_%s")
    if not form.is_valid():
        return _settlements(request, form, _handed_down()[1])
    return redirect("message", settled.hand_down(memory(), form.house_asked, form.who, form.cleaned_data).number)


@require_POST
def visitor(request: HttpRequest) -> HttpResponse:
    """A603."""
    form = VisitorForm(request.POST, auto_id="inbound_%s")
    if not form.is_valid():
        return _settlements(request, _handed_down()[0], form)
    return redirect("message", settled.tell_of_visitor(memory(), form.cleaned_data).number)


@require_GET
def reconciliation(request: HttpRequest) -> HttpResponse:
    """A hospital's books of the days asked for; at first those of the last settlement."""
    last = memory().last_settled()
    today = dt.date.today()  # noqa: DTZ011 - the hospital's calendar
    first = {
        "house": last["house"] if last else next(iter(HOUSES)),
        "home": last["home"] if last else next(iter(PATIENTS.values())).area,
        "since": last["day"] if last else today,
        "until": last["day"] if last else today,
    }
    period, form = PeriodForm(request.GET or first, auto_id="of_%s"), None
    if period.is_valid():
        rows = books.books_of(memory(), **period.cleaned_data)
        told = period.cleaned_data | books.totals_of(rows) | {"rows": "\n".join(map(str, rows))}
        form = BooksForm(initial=told)
    return _reconciliation(request, period, form)


@require_POST
def compare(request: HttpRequest, infno: str) -> HttpResponse:
    """3201 or 3202."""
    if infno not in (Transaction.TOTALS, Transaction.DETAILS):
        raise Http404
    form = BooksForm(request.POST)
    if not form.is_valid():
        return _reconciliation(request, PeriodForm(request.POST, auto_id="of_%s"), form)
    said = books.compare(memory(), Transaction.of(infno), form.cleaned_data, form.cleaned_data["rows"])
    return redirect("message", said.number)


@require_GET
def message(request: HttpRequest, number: int) -> HttpResponse:
    """What a hospital said and heard, whole."""
    row = memory().one_sent(number)
    if row is None:
        raise Http404
    said, heard = read(row["request"]), read(row["reply"])
    shown = {
        "number": number,
        "said": said,
        "heard": heard,
        "problem": row["problem"],
        "transaction": Transaction.name_of(row["infno"]),
        "sender": "平台" if row["infno"] in FROM_THE_PLATFORM else "医院",
        "found": _found(row["infno"], heard),
        "request": json.dumps(said, ensure_ascii=False, indent=2),
        "reply": json.dumps(heard, ensure_ascii=False, indent=2),
    }
    return render(request, "simulator/message.html", shown, status=200)


def _found(infno: str, heard: dict[str, Any]) -> str:
    """What the portal found, in a sentence."""
    output = heard.get("output", {})
    if heard.get("infcode") != 0:
        return ""
    if infno == Transaction.TOTALS:
        return str(output["stmtinfo"]["stmt_rslt_dscr"])
    if infno == Transaction.DETAILS:
        rows = output["rows"]
        told = "、".join(f"{row['setl_id']} {RESULTS.get(row['stmt_rslt'], row['stmt_rslt'])}" for row in rows[:SHOWN])
        return f"不一致 {len(rows)} 笔：{told}" if rows else "全部一致"
    return str(heard.get("warn_msg", ""))


def _handed_down() -> tuple[HandDownForm, VisitorForm]:
    """Both forms, as they are at first."""
    today = dt.date.today()  # noqa: DTZ011 - the hospital's calendar
    days = {"begndate": today - dt.timedelta(days=5), "enddate": today, "setl_time": today}
    return HandDownForm(initial=days, auto_id="outbound_%s"), VisitorForm(initial=days, auto_id="inbound_%s")


def _settlements(request: HttpRequest, outbound: HandDownForm, inbound: VisitorForm) -> HttpResponse:
    status = 422 if outbound.errors or inbound.errors else 200
    return render(request, "simulator/settlements.html", {"outbound": outbound, "inbound": inbound}, status=status)


def _reconciliation(request: HttpRequest, period: PeriodForm, form: BooksForm | None) -> HttpResponse:
    status = 422 if period.errors or (form and form.errors) else 200
    return render(request, "simulator/reconciliation.html", {"period": period, "form": form}, status=status)


def _hospital(request: HttpRequest, form: AdmissionForm) -> HttpResponse:
    stays = [
        {
            "mdtrt_id": row["mdtrt_id"],
            "told": read(row["told"]),
            "state": StayState.name_of(row["state"]),
            "steps": hospitals.STEPS[StayState.of(row["state"])],
        }
        for row in memory().stays()
    ]
    messages = [
        {
            "number": row["id"],
            "at": row["at"][:19].replace("T", " "),
            "transaction": f"{row['infno']} {Transaction.name_of(row['infno'])}",
            "who": read(row["request"])["fixmedins_name"],
            "answer": _answer(row),
        }
        for row in memory().sent()
    ]
    status = 422 if form.errors else 200
    shown = {"form": form, "stays": stays, "messages": messages}
    return render(request, "simulator/hospital.html", shown, status=status)


def _answer(row: sqlite3.Row) -> str:
    heard = read(row["reply"])
    return row["problem"] or ("成功" if heard["infcode"] == 0 else heard["err_msg"])


def _so_far(told: dict[str, Any]) -> dict[str, Any]:
    """The marks as they stand."""
    return {name: told.get(name) == "1" for name in MARKS}


def _today() -> dict[str, Any]:
    today = dt.date.today()  # noqa: DTZ011 - the hospital's calendar
    return {"endtime": today, "charge_date": today, "enddate": today, "setl_time": today}


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
