"""Scans of a filing: attached, looked at, taken off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from filings.forms.scans import ScanForm
from filings.models import Scan
from filings.scans.files import PDF
from filings.scans.verbs import attach_scans, look_at, remove_scan
from filings.views.filings import filing_context, visible_filing
from filings.views.scans_panel import materials_of
from filings.vocabulary import Material
from hospitals.access import Right, StaffRequest, require
from hospitals.forms import tell
from hospitals.reasons import Refused

# What a browser opens of a scan runs nothing, loads nothing and has no origin.
SEALED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_POST
def attach(request: StaffRequest, pk: int) -> HttpResponse:
    require(request.user, Right.FILE)
    found = visible_filing(request, pk, Right.FILE)
    form = ScanForm(request.POST, request.FILES, own=materials_of(found))
    if form.is_valid():
        try:
            new = attach_scans(
                by=request.user,
                filing=found,
                material=Material.of(form.cleaned_data["material"]),
                files=form.cleaned_data["scans"],
            )
        except Refused as refused:
            tell(form, refused)
        else:
            known = len(form.cleaned_data["scans"]) - len(new)
            told = [_("已上传 {new} 个扫描件").format(new=len(new))] if new else []
            told += [_("{known} 个本件已有，未重复保存").format(known=known)] if known else []
            messages.success(request, _("，").join(told))
            return redirect(f"{found.get_absolute_url()}#scans")
    return render(request, "filings/filing.html", filing_context(request, found) | {"scan_form": form}, status=422)


@require_POST
def scan(request: StaffRequest, pk: int) -> HttpResponse:
    """The file itself; posted, because each look is put on record.  Pictures open in the browser, a PDF is saved."""
    found = visible_scan(request, pk, Right.REVEAL_ID)
    try:
        data = look_at(by=request.user, scan=found)
    except Refused as refused:
        messages.error(request, str(refused))
        return back_to_case(found)
    response = HttpResponse(data, content_type=found.content_type)
    response["Content-Disposition"] = content_disposition_header(found.content_type == PDF, found.file_name) or "inline"
    response["Content-Security-Policy"] = SEALED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_scan(request, pk, Right.FILE)
    try:
        remove_scan(by=request.user, scan=found, reason=request.POST.get("reason", "")[:300])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已移除扫描件"))
    return back_to_case(found)


def visible_scan(request: StaffRequest, pk: int, right: Right) -> Scan:
    require(request.user, right)
    scans = Scan.objects.kept().visible_to(request.user, right)
    return get_object_or_404(scans.select_related("filing", "person"), pk=pk)


def back_to_case(found: Scan) -> HttpResponse:
    return redirect(f"{found.filing.get_absolute_url()}#scans" if found.filing else found.person)
