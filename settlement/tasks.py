"""Jobs of settlement: what no page should wait for; the runs over clearing each day and tickets each minute."""

import datetime as dt

from django.contrib.auth.models import User
from django.utils import timezone
from procrastinate.contrib.django import app

from hospitals.list_jobs import apply_waiting, preview_waiting
from settlement.clearing.daily import gather_areas
from settlement.clearing.files import verbs as clearing_files
from settlement.inbound import verbs as inbound
from settlement.models import ClearingImport, HospitalResultImport, InboundListImport, PolicyReplay, ResultImport
from settlement.payments.results import verbs as results
from settlement.replays.verbs import carry_out
from settlement.tickets.sweeping import sweep

BROKEN_OFF = "登记时出错，已登记的有效；可再次确认，不会重复登记。仍不成功请联系管理员"


@app.task(name="replay_policy", queue="lists")
def replay_policy(replay: int, attempt: int) -> None:
    """One run of a replay.  Deleted meanwhile with its draft, or started anew, there is nothing to do."""
    found = PolicyReplay.objects.select_related("policy").filter(pk=replay).first()
    if found is not None:
        carry_out(replay=found, attempt=attempt)


@app.task(name="preview_payment_results", queue="lists")
def preview_results(list_import: int) -> None:
    preview_waiting(ResultImport, list_import, lambda found: results.preview(list_import=found, by=found.made_by))


@app.task(name="apply_payment_results", queue="lists")
def apply_results(list_import: int, by: int) -> None:
    def apply(found: ResultImport) -> None:
        results.apply_queued(list_import=found, by=User.objects.get(pk=by))

    apply_waiting(ResultImport, list_import, apply, failed=BROKEN_OFF)


@app.task(name="preview_hospital_results", queue="lists")
def preview_hospital_results(list_import: int) -> None:
    preview_waiting(
        HospitalResultImport, list_import, lambda found: results.preview(list_import=found, by=found.made_by)
    )


@app.task(name="apply_hospital_results", queue="lists")
def apply_hospital_results(list_import: int, by: int) -> None:
    def apply(found: HospitalResultImport) -> None:
        results.apply_queued(list_import=found, by=User.objects.get(pk=by))

    apply_waiting(HospitalResultImport, list_import, apply, failed=BROKEN_OFF)


@app.task(name="preview_inbound_settlements", queue="lists")
def preview_inbound(list_import: int) -> None:
    preview_waiting(InboundListImport, list_import, lambda found: inbound.preview(list_import=found, by=found.made_by))


@app.task(name="apply_inbound_settlements", queue="lists")
def apply_inbound(list_import: int, by: int) -> None:
    def apply(found: InboundListImport) -> None:
        inbound.apply_queued(list_import=found, by=User.objects.get(pk=by))

    apply_waiting(InboundListImport, list_import, apply)


@app.task(name="preview_clearing_file", queue="lists")
def preview_clearing_file(list_import: int) -> None:
    preview_waiting(
        ClearingImport, list_import, lambda found: clearing_files.preview(list_import=found, by=found.made_by)
    )


@app.task(name="apply_clearing_file", queue="lists")
def apply_clearing_file(list_import: int, by: int) -> None:
    def apply(found: ClearingImport) -> None:
        clearing_files.apply(list_import=found, by=User.objects.get(pk=by), queued=True)

    apply_waiting(ClearingImport, list_import, apply)


@app.periodic(cron="25 16 * * *")  # in UTC: twenty-five past midnight in China
@app.task(name="gather_clearing", queue="deadlines", queueing_lock="gather_clearing")
def gather_clearing(timestamp: int) -> None:
    """What has been settled until now stands in its month; a run that is missed is made up for by the next."""
    gather_areas(on=dt.datetime.fromtimestamp(timestamp, timezone.get_current_timezone()).date())


@app.periodic(cron="* * * * *")
@app.task(name="sweep_tickets", queue="deadlines", queueing_lock="sweep_tickets")
def sweep_tickets(timestamp: int) -> None:
    """Escalate the tickets whose clock has run out.  Late, or twice, ends the same."""
    sweep(at=dt.datetime.fromtimestamp(timestamp, dt.UTC))
