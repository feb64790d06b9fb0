"""The staff shell: navigation by right, worklist, search, health."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from config.worklist import queues
from filings.models import InsuredPerson
from filings.models.people import matched_by
from hospitals.access import Reach, Right, reach_of, require
from hospitals.listing import first_of

FOUND = 50


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation.  prefixes: where the pages under it begin."""

    label: str
    route: str
    right: Right
    prefixes: tuple[str, ...]


PLACES: dict[str, tuple[Place, ...]] = {
    "窗口": (
        Place("参保人", "people", Right.SEE_PEOPLE, ("/people/", "/participations/")),
        Place("异地备案", "filings", Right.SEE_FILINGS, ("/filings/", "/rosters/")),
        Place("承诺", "commitments", Right.SEE_FILINGS, ("/commitments/", "/sanctions/")),
        Place("住院登记", "registrations", Right.SEE_FILINGS, ("/registrations/",)),
        Place("咨询查询", "query", Right.ANSWER_CALLERS, ("/query/",)),
    ),
    "平台": (
        Place("平台上报", "uploads", Right.SEE_FILINGS, ("/uploads/",)),
        Place("异地住院", "admissions", Right.SEE_CLAIMS, ("/gateway/",)),
        Place("故障工单", "tickets", Right.SEE_TICKETS, ("/tickets/",)),
    ),
    "待遇与基金": (
        Place("手工报销", "claims", Right.SEE_CLAIMS, ("/claims/",)),
        Place("疑点核查", "findings", Right.SEE_FINDINGS, ("/findings/",)),
        Place("拨付", "payments", Right.SEE_PAYMENTS, ("/payments/",)),
        Place("结算", "settlements", Right.SEE_CLAIMS, ("/settlements/",)),
        Place("基金追回", "recoupments", Right.SEE_CLAIMS, ("/recoupments/",)),
    ),
    "清算": (
        Place("外出就医", "clearing_months", Right.SEE_CLEARING, ("/clearing/",)),
        Place(
            *("来本地就医", "hospital_statements", Right.SEE_HOSPITAL_CLEARING),
            ("/clearing/hospitals/", "/clearing/inbound/"),
        ),
    ),
    "管理": (
        Place("联网医院", "hospitals", Right.SEE_DIRECTORY, ("/hospitals/",)),
        Place("结算统计", "statistics", Right.SEE_STATISTICS, ("/statistics/",)),
        Place("政策试算", "replays", Right.KEEP_POLICIES, ("/replays/",)),
    ),
}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: where this user may go, and the frame that the page stands in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"frame": "signed_out.html", "places": []}
    reach = reach_of(user)
    return {
        "frame": "base.html",
        "places": _places(reach, request.path),
        "may_search": reach.has(Right.SEE_PEOPLE),
        "may_admin": user.is_superuser or reach.has(Right.KEEP_POLICIES),
        "is_development": settings.DEVELOPMENT,
    }


@dataclass(frozen=True, slots=True)
class Queue:
    """A pile of cases waiting for this user.  has_due_days: they fall due, and are shown with that day."""

    title: str
    empty: str
    link: str
    cases: list[Any]
    has_due_days: bool = False  # a case without one shows since when it waits


# where the whole pile is listed; what waits for review has lists of its own
LISTS: dict[Any, str] = {Filing: "filings", FilingChange: "filing_changes", Claim: "claims"}
REVIEW_LISTS: dict[Any, str] = {Filing: "review_filings", FilingChange: "review_changes"}


def queues(user: Any, reach: Reach) -> list[Queue]:
    """What waits for this user, by right, the longest waiting first; one or two statements a queue."""
    found = []

    def add(
        title: str,
        empty: str,
        model: Any,
        right: Right,
        status: str,
        *,
        mine: bool = False,
        only: Q | None = None,
        order: tuple[str, ...] = ("pk",),
    ) -> None:
        """status: as the list is filtered by it.  only: where more than this one status counts, or not all of it."""
        if not reach.has(right):
            return
        rows = model.objects.select_related("person", "area")
        cases = rows.filter(only or Q(status=status))
        if mine:
            cases = cases.filter(made_by=user)
        elif right in (Right.REVIEW_FILINGS, Right.REVIEW_CLAIMS):
            cases = cases.exclude(made_by=user)
        if right is Right.REVIEW_FILINGS:
            cases = cases.filter(Q(taken_by=None) | Q(taken_by=user))
            link = reverse(REVIEW_LISTS[model])
        else:
            link = f"{reverse(LISTS[model])}?status={status}"
        parts = cases.visible_parts(user, right)
        found.append(Queue(title, empty, link, first_of(parts, list(order), SHOWN, rows), "due_on" in order))

    add("退回我的备案", "没有被退回的备案", Filing, Right.FILE, FilingStatus.RETURNED, mine=True)
    add("退回我的变更取消", "没有被退回的变更取消", FilingChange, Right.FILE, ChangeStatus.RETURNED, mine=True)
    add("退回我的报销", "没有被退回的报销", Claim, Right.ACCEPT_CLAIMS, ClaimStatus.RETURNED, mine=True)
    accepting, before = (Claim, Right.ACCEPT_CLAIMS), Q(status__in=BEFORE_REVIEW)
    add("未提交审核的报销", "没有未提交的报销", *accepting, UNSUBMITTED, mine=True, only=before, order=BY_DUE_DAY)
    add("待补正的报销", "没有待补正的报销", *accepting, ClaimStatus.SUPPLEMENT, mine=True)
    add("待审核备案", "没有待审核的备案", Filing, Right.REVIEW_FILINGS, FilingStatus.PENDING)
    add("待审核变更取消", "没有待审核的变更取消", FilingChange, Right.REVIEW_FILINGS, ChangeStatus.PENDING)
    review = Q(taken_by=None) | Q(taken_by=user), ~Q(entered_by__contains=[user.pk])
    first = Q(*review, status=ClaimStatus.IN_REVIEW)
    second = Q(*review, status=ClaimStatus.SECOND_REVIEW) & ~Q(reviewed_by=user)
    for_claims = (Claim, Right.REVIEW_CLAIMS)
    add("待审核报销", "没有待审核的报销", *for_claims, ClaimStatus.IN_REVIEW, only=first, order=BY_DUE_DAY)
    add("待复审报销", "没有待复审的报销", *for_claims, ClaimStatus.SECOND_REVIEW, only=second, order=BY_DUE_DAY)
    add("待财务复核", "没有待复核的报销", Claim, Right.RELEASE_CLAIMS, ClaimStatus.APPROVED)
    add("待支付", "没有待支付的报销", Claim, Right.RELEASE_CLAIMS, ClaimStatus.RELEASED)
    of_money = (*_of_findings(user, reach), *_of_payments(user, reach), *_of_recoupments(user, reach))
    return [*_of_tickets(user, reach), *found, *of_money, *_of_commitments(user, reach)]


def _of_tickets(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a supervisor has to see to first; what whoever answers the telephone has to see to, due first."""
    rows: Any = Ticket.objects.select_related("person", "area")
    if not reach.has(Right.HANDLE_TICKETS):
        return
    if reach.has(Right.RELEASE_TAKEN):
        parts = rows.escalated().visible_parts(user, Right.RELEASE_TAKEN)
        title, empty = "升级到主管的工单", "没有升级到主管的工单"
        found = first_of(parts, ["escalated_at", "pk"], SHOWN, rows)
        yield Queue(title, empty, f"{reverse('tickets')}?clock=escalated", found, has_due_days=True)
    living = rows.living().filter(Q(handler=None) | Q(handler=user))
    parts = living.visible_parts(user, Right.HANDLE_TICKETS)
    found = first_of(parts, ["due_at", "pk"], SHOWN, rows)
    link = f"{reverse('tickets')}?status=living"
    yield Queue("待处理的故障工单", "没有待处理的故障工单", link, found, has_due_days=True)
    return [*found, *_of_uploads(user, reach), *of_money, *_of_commitments(user, reach)]


def _of_uploads(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a platform refused and somebody has to put right."""
    if reach.has(Right.SEND_UPLOADS):
        rows: Any = Upload.objects.select_related("person", "area")
        parts = rows.filter(status=UploadStatus.PARKED).visible_parts(user, Right.SEND_UPLOADS)
        link = f"{reverse('uploads')}?status={UploadStatus.PARKED}"
        yield Queue("上报被拒待更正", "没有被平台拒绝的上报", link, first_of(parts, ["pk"], SHOWN, rows))


def _of_findings(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a reviewer has to look into and may: nothing of what they entered themselves.  The title counts them."""
    if reach.has(Right.REVIEW_CLAIMS):
        rows = Finding.objects.select_related("person", "area")
        open_ones = rows.filter(status=FindingStatus.OPEN).exclude(claim__entered_by__contains=[user.pk])
        count = len(open_ones.visible_to(user, Right.REVIEW_CLAIMS).values_list("pk")[: COUNT_BOUND + 1])
        cases = first_of(open_ones.visible_parts(user, Right.REVIEW_CLAIMS), ["pk"], SHOWN, rows)
        title = f"待核查疑点（{count if count <= COUNT_BOUND else f'{COUNT_BOUND}以上'}）"
        yield Queue(title, "没有待核查的疑点", reverse("findings"), cases)


def _of_payments(user: Any, reach: Reach) -> Iterator[Queue]:
    """What a second person of finance confirms, what the bank has not answered; what the counter puts right."""
    if reach.has(Right.RELEASE_CLAIMS):
        rows: Any = PaymentBatch.objects.select_related("area")
        for title, empty, status in (
            ("待核对的拨付批次", "没有待核对的批次", BatchStatus.DRAFT),
            ("待送出的拨付批次", "没有待送出的批次", BatchStatus.CONFIRMED),
            ("待回盘的拨付批次", "没有待回盘的批次", BatchStatus.SENT),
        ):
            batches = rows.filter(status=status)
            if status is BatchStatus.DRAFT:
                batches = batches.exclude(made_by=user)
            parts = batches.visible_parts(user, Right.RELEASE_CLAIMS)
            yield Queue(title, empty, f"{reverse('payments')}?status={status}", first_of(parts, ["pk"], SHOWN, rows))
    if reach.has(Right.ACCEPT_CLAIMS):
        rows = Payment.objects.select_related("person", "area", "claim", "batch")
        parts = rows.to_correct().filter(correction=None).visible_parts(user, Right.ACCEPT_CLAIMS)
        title, empty = "支付失败待更正", "没有支付失败待更正的"
        yield Queue(title, empty, reverse("failed_payments"), first_of(parts, ["pk"], SHOWN, rows))


def _of_commitments(user: Any, reach: Reach) -> Iterator[Queue]:
    """What falls due, for those who take it in; what waits for a supervisor's word."""
    if reach.has(Right.FILE):
        rows: Any = Commitment.objects.select_related("person", "area")
        due = rows.open().filter(due_on__lte=timezone.localdate() + dt.timedelta(days=SOON))
        cases = first_of(due.visible_parts(user, Right.FILE), ["due_on", "pk"], SHOWN, rows)
        title, empty = "30日内到期的承诺", "没有30日内到期的承诺"
        yield Queue(title, empty, f"{reverse('commitments')}?band={SOON}", cases, has_due_days=True)
    if reach.has(Right.LIFT_SANCTIONS):
        rows = Sanction.objects.select_related("person", "area")
        parts = rows.without_period().visible_parts(user, Right.LIFT_SANCTIONS)
        title, empty = "期限待确定的失信处理", "没有期限待确定的失信处理"
        yield Queue(title, empty, f"{reverse('sanctions')}?state=pending", first_of(parts, ["pk"], SHOWN, rows))


def _of_recoupments(user: Any, reach: Reach) -> Iterator[Queue]:
    """What waits for a second person, for a word on a write-off, and for money that is overdue."""
    rows: Any = Recoupment.objects.select_related("person", "area")
    link = reverse("recoupments")

    def queue(title: str, query: str, cases: Any, right: Right, order: str = "pk", *, due: bool = False) -> Queue:
        found = first_of(cases.visible_parts(user, right), list(dict.fromkeys([order, "pk"])), SHOWN, rows)
        return Queue(title, f"没有{title}", f"{link}?{query}", found, has_due_days=due)

    checker = next((right for right in (Right.REVIEW_CLAIMS, Right.REVERSE_SETTLEMENTS) if reach.has(right)), None)
    if checker:
        waiting = rows.filter(status=RecoupmentStatus.PROPOSED).exclude(made_by=user)
        yield queue("待确认的追回", f"status={RecoupmentStatus.PROPOSED}", waiting, checker)
    if reach.has(Right.REVERSE_SETTLEMENTS):
        asked = rows.to_decide().exclude(write_off_by=user)
        yield queue("待批准的核销", "band=write_off", asked, Right.REVERSE_SETTLEMENTS)
    if reach.has(Right.RELEASE_CLAIMS):
        overdue = rows.overdue(timezone.localdate())
        yield queue("逾期未缴的追回", "band=overdue", overdue, Right.RELEASE_CLAIMS, "next_due_on", due=True)
def _places(reach: Reach, path: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """By group, where this user may go: label, address, and whether the page stands there."""
    prefixes = [prefix for group in PLACES.values() for place in group for prefix in place.prefixes]
    here = max((prefix for prefix in prefixes if path.startswith(prefix)), key=len, default=None)
    found = [
        (name, [(one.label, reverse(one.route), here in one.prefixes) for one in group if reach.has(one.right)])
        for name, group in PLACES.items()
    ]
    return [(name, entries) for name, entries in found if entries]


@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    reach = reach_of(request.user)
    return render(request, "worklist.html", {"queues": queues(request.user, reach)})


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """The one search box.  Posted, so that no id number stands in an address; one hit opens the person at once."""
    require(request.user, Right.SEE_PEOPLE)
    words = request.POST.get("words", "").strip()[:60]
    people = InsuredPerson.objects.select_related("area")
    parts = people.matching(words).visible_parts(request.user)
    found = first_of(parts, [matched_by(words), "pk"], FOUND, people)
    if len(found) == 1:
        return redirect("person", found[0].pk)
    may_add = reach_of(request.user).has(Right.KEEP_PEOPLE)
    return render(request, "search.html", {"words": words, "found": found, "may_add": may_add})


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """For the load balancer: the web and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Admin has no sign-in of its own; who is signed in and comes here has no business in admin."""
    if request.user.is_authenticated:
        raise PermissionDenied("您没有进入管理后台的权限")
    return redirect_to_login(reverse("admin:index"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"exception": "页面已过期，请返回刷新后重试"}, status=403)
