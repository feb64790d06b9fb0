"""The verbs of a replay: staff start it from a page, the worker carries it out.  Only its own row is written."""

import datetime as dt
import time
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import Error
from psycopg.conninfo import make_conninfo

from hospitals.access import Right, portal_account, reach_of
from hospitals.history import doing
from hospitals.reasons import Refused
from settlement.benefit_tables.planning import fingerprint
from settlement.models import BenefitPolicy, PolicyReplay
from settlement.models.replay import REPLAY_LIFECYCLE
from settlement.replays.questions import question_of
from settlement.replays.tally import Tally
from settlement.replays.workers import ReplayBroken, replay_all
from settlement.vocabulary import ReplayStatus

TOLD_EVERY = 0.5  # seconds
GONE = (Refused, PolicyReplay.DoesNotExist)  # moved on meanwhile, or deleted with its draft


class NoLongerWanted(Exception):
    """The replay was cancelled, or started anew, meanwhile."""


@transaction.atomic
def start(*, by: User, policy: BenefitPolicy, since: dt.date, until: dt.date, whole_years: bool) -> PolicyReplay:
    """A replay that waits for the worker; hand it over in the same transaction.  Raises Refused."""
    if not reach_of(by).covers(Right.KEEP_POLICIES, policy.area_id):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.KEEP_POLICIES.label)
    if until < since:
        raise Refused.because("ends_before_it_begins", _("结算日期止不能早于结算日期起"))
    try:
        policy.rules()
    except ValueError as fault:
        raise Refused.because("rules_at_fault", _("不能试算：%s") % fault) from fault
    with doing(_("提交试算"), by=by):
        return PolicyReplay.objects.create(
            area_id=policy.area_id, policy=policy, since=since, until=until, whole_years=whole_years, made_by=by
        )


def cancel(*, by: User, replay: PolicyReplay) -> PolicyReplay:
    """Raises Refused where it is no longer under way."""
    return REPLAY_LIFECYCLE.take(replay, "cancel", by=by)


def again(*, by: User, replay: PolicyReplay) -> PolicyReplay:
    """From the beginning: after it was cancelled, failed, or its worker is gone.  A run still under way ends.

    Raises Refused.
    """

    def effect(locked: PolicyReplay) -> None:
        locked.attempt += 1
        locked.done, locked.problem = 0, ""

    return REPLAY_LIFECYCLE.take(replay, "again", by=by, effect=effect)


def carry_out(*, replay: PolicyReplay, attempt: int) -> None:
    """What the worker does.  A run that is not the one that counts leaves everything as it is."""
    portal = portal_account()
    try:
        replay = REPLAY_LIFECYCLE.take(replay, "begin", by=portal, effect=_only(attempt, _as_seen))
    except GONE:
        return
    try:
        question = question_of(replay.policy, since=replay.since, until=replay.until, whole_years=replay.whole_years)
        tally = replay_all(database(), question, report=_reporter(replay))
    except NoLongerWanted:
        return
    except Exception as fault:
        _give_up(replay, attempt, by=portal)
        if isinstance(fault, ReplayBroken | Error):
            raise ReplayBroken(str(fault) if isinstance(fault, ReplayBroken) else type(fault).__name__) from None
        raise
    try:
        REPLAY_LIFECYCLE.take(replay, "finish", by=portal, effect=_only(attempt, lambda locked: _finish(locked, tally)))
    except GONE:
        return


def database() -> str:
    """Where the worker processes read."""
    given = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {name: value for name, value in given["OPTIONS"].items() if isinstance(value, str)}
    return make_conninfo(**{name: str(given[key]) for name, key in named.items() if given[key]}, **options)


def _only(attempt: int, effect: Callable[[PolicyReplay], None]) -> Callable[[PolicyReplay], None]:
    """The effect, where the run is the one that counts."""

    def checked(locked: PolicyReplay) -> None:
        if locked.attempt != attempt:
            raise Refused.because("started_anew", _("试算已重新开始"))
        effect(locked)

    return checked


def _as_seen(locked: PolicyReplay) -> None:
    locked.seen_rows, locked.done, locked.total = fingerprint(locked.policy), 0, 0


def _finish(locked: PolicyReplay, tally: Tally) -> None:
    locked.result, locked.finished_at, locked.done = tally.as_dict(), timezone.now(), locked.total


def _give_up(replay: PolicyReplay, attempt: int, *, by: User) -> None:
    def effect(locked: PolicyReplay) -> None:
        locked.problem = _("试算中断，未得出结果，可以重新试算；仍不成功请联系管理员")

    try:
        REPLAY_LIFECYCLE.take(replay, "fail", by=by, effect=_only(attempt, effect))
    except GONE:
        return


def _reporter(replay: PolicyReplay) -> Callable[[int, int], None]:
    told = 0.0

    def report(done: int, total: int) -> None:
        nonlocal told
        if done and time.monotonic() - told < TOLD_EVERY:
            return
        told = time.monotonic()
        mine = PolicyReplay.objects.filter(pk=replay.pk, attempt=replay.attempt, status=ReplayStatus.RUNNING)
        if not mine.update(done=done, total=total):
            raise NoLongerWanted

    return report
