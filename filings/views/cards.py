"""A person's social-security card: registered, tested, lost, found, replaced."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from filings import cards
from filings.forms.cards import CardForm, CardTestForm, ReasonForm, ReplacementForm
from filings.models import CardReplacement, FilingPolicy, InsuredPerson, SocialSecurityCard
from filings.models.card_lifecycles import CARD_LIFECYCLE
from filings.views.people import part_page, visible_person
from filings.vocabulary import CardStatus, CardTestResult, CardTestWay, Procedure
from hospitals.access import Right, StaffRequest, require
from hospitals.forms import posted, tell
from hospitals.reasons import Reason, Refused

STEPS: dict[str, Callable[..., SocialSecurityCard]] = {"report_lost": cards.report_lost, "find": cards.report_found}


@require_http_methods(["GET", "POST"])
def new_card(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_person(request, pk, Right.KEEP_PEOPLE)
    form = CardForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            cards.issue_card(by=request.user, person=found, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记社会保障卡"))
            return redirect(found)
    return part_page(request, found, form, _("登记社会保障卡：{name}"))


@require_http_methods(["GET", "POST"])
def new_test(request: StaffRequest, pk: int) -> HttpResponse:
    """Of the card in use."""
    found = visible_person(request, pk, Right.KEEP_PEOPLE)
    card = found.cards.filter(status=CardStatus.IN_USE).first()
    if card is None:
        messages.error(request, _("没有在用的社会保障卡，请先登记"))
        return redirect(found)
    today = timezone.localdate()
    form = CardTestForm(posted(request), initial={"tested_on": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        data |= {"way": CardTestWay.of(data["way"]), "result": CardTestResult.of(data["result"])}
        try:
            test = cards.record_test(by=request.user, card=card, on=today, **data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记检测结果：{result}").format(result=test.get_result_display()))
            return redirect(found)
    return part_page(request, found, form, _("社保卡检测：{name}") + f" {card.number}")


@require_http_methods(["GET", "POST"])
def step(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """A card is reported lost, or found again."""
    require(request.user, Right.KEEP_PEOPLE)
    take = STEPS.get(verb)
    if take is None:
        raise Http404
    rows = SocialSecurityCard.objects.visible_to(request.user, Right.KEEP_PEOPLE).select_related("person__area", "area")
    card, move = get_object_or_404(rows, pk=pk), CARD_LIFECYCLE.moves[verb]
    form = ReasonForm(posted(request), initial={"version": card.version}, is_required=move.needs_reason)
    if request.method == "POST" and form.is_valid():
        try:
            take(by=request.user, card=card, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已办理：{label}").format(label=move.label))
            return redirect(card.person)
    return part_page(request, card.person, form, f"{move.label}：{{name}} {card.number}", move.label)


@require_http_methods(["GET", "POST"])
def new_replacement(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_person(request, pk, Right.KEEP_PEOPLE)
    today = timezone.localdate()
    policy = FilingPolicy.objects.with_rows().in_force(found.area_id, today)
    form = ReplacementForm(posted(request), rules=policy.rules() if policy else None)
    refusal: tuple[Reason, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            cards.ask_for_replacement(
                by=request.user,
                person=found,
                on=today,
                request_token=form.cleaned_data["request_token"],
                agent=form.agent(),
                materials=form.seen(),
            )
        except Refused as refused:
            refusal = refused.reasons
        else:
            messages.success(request, _("已受理补卡，新卡发放后在此登记"))
            return redirect(found)
    return _replacement_page(request, found, form, refusal)


@require_http_methods(["GET", "POST"])
def issue(request: StaffRequest, pk: int) -> HttpResponse:
    """The new card that was asked for is there."""
    replacement = _visible_replacement(request, pk)
    form = CardForm(posted(request), initial={"issued_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            cards.issue_replacement(by=request.user, replacement=replacement, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已登记新卡"))
            return redirect(replacement.person)
    return part_page(request, replacement.person, form, _("登记新卡：{name}"))


@require_http_methods(["GET", "POST"])
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    replacement = _visible_replacement(request, pk)
    form = ReasonForm(posted(request), initial={"version": replacement.version})
    if request.method == "POST" and form.is_valid():
        try:
            cards.withdraw_replacement(by=request.user, replacement=replacement, **form.cleaned_data)
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("已撤回补卡"))
            return redirect(replacement.person)
    return part_page(request, replacement.person, form, _("撤回补卡：{name}"), _("撤回补卡"))


def _visible_replacement(request: StaffRequest, pk: int) -> CardReplacement:
    require(request.user, Right.KEEP_PEOPLE)
    rows = CardReplacement.objects.visible_to(request.user, Right.KEEP_PEOPLE).select_related("person__area", "area")
    return get_object_or_404(rows, pk=pk)


def _replacement_page(
    request: StaffRequest, found: InsuredPerson, form: ReplacementForm, refusal: tuple[Reason, ...]
) -> HttpResponse:
    context: dict[str, Any] = {"person": found, "form": form, "refusal": refusal, "ways": _ways(form)}
    status = 422 if refusal or form.errors else 200
    return render(request, "filings/replacement.html", context, status=status)


def _ways(form: ReplacementForm) -> list[tuple[str, list[Any]]]:
    """What the document asks of each way to a new card, with its clauses."""
    return [
        (way.label, [(group, form.rules.cite(group.section)) for group in form.groups(way)])
        for way in (Procedure.CARD_BY_SELF, Procedure.CARD_BY_RELATIVE)
        if form.rules and form.groups(way)
    ]
