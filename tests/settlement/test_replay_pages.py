"""Replays as pages and as jobs: asked for, watched, cancelled, started anew, read, taken out."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement import tasks
from settlement.models import PolicyReplay
from settlement.replays import verbs
from settlement.replays.workers import ReplayBroken, replay_here
from settlement.vocabulary import ReplayStatus
from tests import factories as make
from tests import money_factories as money
from tests.settlement.histories import publish
from tests.settlement.test_replays import MARCH, draft_of, settle, simple

S = ReplayStatus
ASKED = {"since": "2026-01-01", "until": "2026-12-31", "whole_years": "on"}


@pytest.fixture
def here(monkeypatch):
    """Replays run in the test's own transaction, which other processes do not see."""

    def replay_all(database, question, *, report, workers=2):
        report(0, 2)
        tally = replay_here(connection.connection, question)
        report(2, 2)
        return tally

    monkeypatch.setattr(verbs, "TOLD_EVERY", 0)
    monkeypatch.setattr(verbs, "replay_all", replay_all)


@pytest.fixture
def draft(office):
    publish(simple())
    settle(office, office.person, MARCH)
    return draft_of(simple(ratio="0.90"))


@pytest.fixture
def supervisor(office, signed_in):
    return signed_in(office.supervisor)


def asked(client, draft):
    reply = client.post("/replays/new/", {**ASKED, "policy": draft.pk})
    replay = PolicyReplay.objects.latest("pk")
    assert reply["Location"] == f"/replays/{replay.pk}/"
    return replay


def run(replay, attempt=1):
    tasks.replay_policy(replay=replay.pk, attempt=attempt)
    replay.refresh_from_db()
    return replay


def page(client, replay):
    reply = client.get(f"/replays/{replay.pk}/")
    assert reply.status_code == 200
    return reply.content.decode()


def test_replay_goes_from_the_form_to_its_result(here, supervisor, draft, office):
    form = supervisor.get(f"/replays/new/?policy={draft.pk}").content.decode()
    assert f'<option value="{draft.pk}" selected>' in form
    replay = asked(supervisor, draft)
    job = ProcrastinateJob.objects.get(task_name="replay_policy")
    assert job.args == {"replay": replay.pk, "attempt": 1}
    assert (replay.status, replay.made_by) == (S.WAITING, office.supervisor)
    assert 'hx-trigger="load delay:1s"' in page(supervisor, replay)
    assert run(replay).status == S.DONE
    text = page(supervisor, replay)
    assert "hx-trigger" not in text
    for said in ("7,600.00", "8,550.00", "950.00", "王**", "临时外出待遇", "职工医保"):
        assert said in text
    assert "王小明" not in text
    assert "已有改动" not in text


def test_progress_ends_with_the_page_anew(here, supervisor, draft):
    replay = asked(supervisor, draft)
    assert "HX-Refresh" not in supervisor.get(f"/replays/{replay.pk}/progress/")
    PolicyReplay.objects.filter(pk=replay.pk).update(status=S.RUNNING, done=50, total=200)
    text = supervisor.get(f"/replays/{replay.pk}/progress/").content.decode()
    assert 'value="25"' in text
    assert "50 / 200" in text
    PolicyReplay.objects.filter(pk=replay.pk).update(status=S.CANCELLED)
    assert supervisor.get(f"/replays/{replay.pk}/progress/")["HX-Refresh"] == "true"


def test_draft_changed_since_then_is_told(here, supervisor, draft):
    replay = run(asked(supervisor, draft))
    draft.ratios.update(number=Decimal("0.50"))
    assert "该版本在试算之后已有改动" in page(supervisor, replay)


def test_replay_cancelled_while_it_runs_leaves_no_result(supervisor, draft, office, monkeypatch):
    replay = asked(supervisor, draft)

    def cancelled_half_way(database, question, *, report):
        report(0, 10)
        verbs.cancel(by=office.supervisor, replay=replay)
        report(5, 10)
        pytest.fail("it went on")

    monkeypatch.setattr(verbs, "TOLD_EVERY", 0)
    monkeypatch.setattr(verbs, "replay_all", cancelled_half_way)
    run(replay)
    assert (replay.status, replay.result, replay.done) == (S.CANCELLED, None, 0)
    assert "已取消" in page(supervisor, replay)


def test_run_that_was_started_anew_meanwhile_does_not_count(supervisor, draft, office, monkeypatch):
    replay = asked(supervisor, draft)

    def outrun(database, question, *, report):
        verbs.again(by=office.supervisor, replay=replay)
        return replay_here(connection.connection, question)

    monkeypatch.setattr(verbs, "replay_all", outrun)
    run(replay)
    assert (replay.status, replay.attempt, replay.result) == (S.WAITING, 2, None)
    run(replay, attempt=1)  # the job of the first run, once more
    assert (replay.status, replay.result) == (S.WAITING, None)


def test_replay_whose_worker_is_gone_is_started_again_from_the_beginning(here, supervisor, draft):
    replay = asked(supervisor, draft)
    PolicyReplay.objects.filter(pk=replay.pk).update(status=S.RUNNING, done=1, total=2)  # as a killed worker leaves it
    text = page(supervisor, replay)
    assert "重新试算" in text
    assert "7,600.00" not in text
    assert supervisor.post(f"/replays/{replay.pk}/take/again/").status_code == 302
    assert ProcrastinateJob.objects.latest("pk").args == {"replay": replay.pk, "attempt": 2}
    assert run(replay, attempt=2).status == S.DONE


@pytest.mark.parametrize("fault", [ReplayBroken("工作进程中断"), DatabaseError("王小明"), RuntimeError()])
def test_replay_that_breaks_says_so_and_can_be_started_again(supervisor, draft, monkeypatch, fault):
    replay = asked(supervisor, draft)

    def broken(*_args, **_options):
        raise fault

    monkeypatch.setattr(verbs, "replay_all", broken)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the worker's log has it
        run(replay)
    assert raised.value is fault or "王小明" not in str(raised.value)
    replay.refresh_from_db()
    assert (replay.status, replay.result) == (S.FAILED, None)
    assert "试算中断" in page(supervisor, replay)
    supervisor.post(f"/replays/{replay.pk}/take/again/")
    replay.refresh_from_db()
    assert (replay.status, replay.problem) == (S.WAITING, "")


def test_replay_deleted_with_its_draft_ends_quietly(supervisor, draft, monkeypatch):
    replay = asked(supervisor, draft)

    def deleted(database, question, *, report):
        draft.delete()
        report(0, 1)

    monkeypatch.setattr(verbs, "replay_all", deleted)
    tasks.replay_policy(replay=replay.pk, attempt=1)
    tasks.replay_policy(replay=replay.pk, attempt=1)
    assert not PolicyReplay.objects.exists()


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"until": "2025-12-31"}, "不能早于结算日期起"),
        ({"since": "去年"}, "应如 2026-03-10"),
        ({"policy": "0"}, "选择一个有效的选项"),
    ],
)
def test_form_with_a_fault_comes_back_with_it(supervisor, draft, typed, fault):
    reply = supervisor.post("/replays/new/", {**ASKED, "policy": draft.pk, **typed})
    assert reply.status_code == 422
    assert fault in reply.content.decode()
    assert not PolicyReplay.objects.exists()


def test_policy_of_another_area_is_not_replayed(office, draft):
    elsewhere = make.staff(Role.SUPERVISOR, make.WEIFANG)
    days = {"since": MARCH, "until": MARCH, "whole_years": True}
    for user in (elsewhere, office.clerk):
        with pytest.raises(Refused, match="没有“维护政策”的权限"):
            verbs.start(by=user, policy=draft, **days)
    replay = verbs.start(by=office.supervisor, policy=draft, **days)
    for user in (elsewhere, office.clerk):
        with pytest.raises(Refused, match="没有“维护政策”的权限"):
            verbs.cancel(by=user, replay=replay)


def test_contradictory_draft_is_refused(supervisor, office, draft):
    draft.ratios.create(number=Decimal("0.10"), above=Decimal(100), level="2", section="二")
    reply = supervisor.post("/replays/new/", {**ASKED, "policy": draft.pk})
    assert reply.status_code == 422
    assert "分段支付比例须从 0 元起" in reply.content.decode()


def test_steps_that_do_not_fit_the_state_are_refused(here, supervisor, draft):
    replay = run(asked(supervisor, draft))
    for verb in ("cancel", "again"):
        reply = supervisor.post(f"/replays/{replay.pk}/take/{verb}/", follow=True)
        assert "当前状态为“已完成”" in reply.content.decode()
    assert supervisor.post(f"/replays/{replay.pk}/take/finish/").status_code == 404
    replay.refresh_from_db()
    assert replay.status == S.DONE


def test_exports_hold_what_the_page_shows_and_no_formula(here, supervisor, draft, office):
    worse = draft_of(simple(ratio="0.70"))
    replay = run(asked(supervisor, worse))
    assert supervisor.get(f"/replays/{asked(supervisor, draft).pk}/export/").status_code == 404
    reply = supervisor.get(f"/replays/{replay.pk}/export/?export=csv")
    lines = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))
    assert ["合计", "统筹基金支付", "差额", "-950.00"] in lines
    assert all(not cell.startswith(("=", "+", "@")) for line in lines for cell in line)
    reply = supervisor.get(f"/replays/{replay.pk}/export/?export=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(reply.streaming_content)))
    totals = {row[0]: row[1:] for row in book["合计"].values}
    assert totals["统筹基金支付"] == (7600, 6650, -950)
    assert totals["个人负担"] == (4400, 5350, 950)
    assert book["变动最大的结算"]["B2"].value == "王**"
    reply.close()


def test_only_a_replay_that_is_done_has_a_result(draft, office):
    replay = verbs.start(by=office.supervisor, policy=draft, since=MARCH, until=MARCH, whole_years=True)
    PolicyReplay.objects.filter(pk=replay.pk).update(status=S.RUNNING)
    for changes in ({"result": {}}, {"status": S.DONE}, {"status": S.FAILED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PolicyReplay.objects.filter(pk=replay.pk).update(**changes)


def test_list_takes_the_same_queries_for_one_three_and_thirty(supervisor, draft):
    supervisor.get("/replays/")
    counts = []
    for number in (1, 2, 27):
        for _ in range(number):
            money.ReplayFactory(policy=draft)
        with CaptureQueriesContext(connection) as queries:
            text = supervisor.get("/replays/").content.decode()
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
    assert "已完成" in text


@pytest.mark.ignore_template_errors
def test_page_of_a_policy_leads_to_its_replay(supervisor, draft):
    text = supervisor.get(f"/admin/settlement/benefitpolicy/{draft.pk}/change/").content.decode()
    assert f"/replays/new/?policy={draft.pk}" in text
