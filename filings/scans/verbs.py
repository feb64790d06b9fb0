"""Scans are attached to a filing and taken off it; each look at one is on record."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.models import Filing, FilingMaterial, IdDisclosure, Scan
from filings.models.filing_lifecycle import OPEN, FilingStatus
from filings.scans.files import ScanFile
from filings.vocabulary import Material
from hospitals.access import Right, reach_of
from hospitals.history import doing
from hospitals.reasons import Refused

MOST_SCANS = 20
NOT_DECIDED = (FilingStatus.PENDING, FilingStatus.RETURNED)


def attach_scans(*, by: User, filing: Filing, material: Material, files: Sequence[ScanFile]) -> list[Scan]:
    """Keep the files with the filing and give what is new; a file that is there already is kept once.

    While the filing is not decided the material counts as handed in.  Raises Refused: too many, closed, still promised.
    """
    with transaction.atomic(), doing(_("上传扫描件"), by=by), _files_kept_if_rows_are() as written:
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        _require_open(locked, by)
        kept = set(locked.scans.kept().values_list("sha256", flat=True))
        fresh = {file.sha256: file for file in files if file.sha256 not in kept}
        if len(kept) + len(fresh) > MOST_SCANS:
            text = _("一件备案最多 {most} 个扫描件，已有 {kept} 个").format(most=MOST_SCANS, kept=len(kept))
            raise Refused.because("too_many_scans", text)
        _tick(locked, material)
        return [_keep(locked, material, file, by, written) for file in fresh.values()]


def remove_scan(*, by: User, scan: Scan, reason: str) -> Scan:
    """Take a scan off its filing, which thereby changes for whoever is looking at it.  Raises Refused.

    What a reviewer decided upon stays.
    """
    if not reason.strip():
        raise Refused.because("reason_missing", _("移除扫描件须填写理由"))
    with transaction.atomic(), doing(_("移除扫描件"), by=by, reason=reason):
        filing = Filing.objects.select_for_update(of=("self",)).get(scans=scan)
        locked = Scan.objects.select_for_update().get(pk=scan.pk)
        _require_open(filing, by)
        if locked.removed_at:
            raise Refused.because("removed_already", _("此扫描件已移除"))
        if not is_removable(locked, filing):
            raise Refused.because("reviewed_with_it", _("审核时依据的扫描件不能移除"))
        locked.removed_by, locked.removed_at, locked.removal_reason = by, timezone.now(), reason.strip()
        locked.save(update_fields=["removed_by", "removed_at", "removal_reason"])
        filing.version += 1
        filing.save(update_fields=["version"])
    return locked


def look_at(*, by: User, scan: Scan) -> bytes:
    """What the file holds; that `by` looked is on record before they see it.  Raises Refused where it is lost."""
    if not reach_of(by).covers(Right.REVEAL_ID, scan.area_id, scan.hall_id):
        raise Refused.because("no_right", _("您没有“{right}”的权限").format(right=Right.REVEAL_ID.label))
    try:
        with default_storage.open(scan.stored_name) as file:
            data: bytes = file.read()
    except FileNotFoundError as missing:
        raise Refused.because("file_missing", _("扫描件文件缺失，请联系管理员")) from missing
    IdDisclosure.objects.create(person_id=scan.person_id, by=by, scan=scan)
    return data


def is_removable(scan: Scan, filing: Filing) -> bool:
    """Whether nobody has decided upon it yet."""
    return filing.status in NOT_DECIDED or filing.reviewed_at is None or scan.made_at > filing.reviewed_at


def _require_open(filing: Filing, by: User) -> None:
    if not reach_of(by).covers(Right.FILE, filing.area_id, filing.hall_id):
        raise Refused.because("no_right", _("您在此处没有“{right}”的权限").format(right=Right.FILE.label))
    if filing.status not in OPEN:
        raise Refused.because(
            "wrong_state", _("备案{status}，不能再改动扫描件").format(status=filing.get_status_display())
        )


def _tick(filing: Filing, material: Material) -> None:
    if filing.status in NOT_DECIDED:
        FilingMaterial.objects.get_or_create(filing=filing, material=material, defaults={"originals": 0, "copies": 0})
        return
    is_promised = any(material in group for group in filing.decision["missing"])
    if is_promised and not filing.materials.filter(material=material).exists():
        text = _("{material}在承诺补充之列，请先登记补交").format(material=material.label)
        raise Refused.because("still_promised", text)


def _keep(filing: Filing, material: Material, file: ScanFile, by: User, written: list[str]) -> Scan:
    name = f"scans/{filing.area_id}/{uuid.uuid4().hex}.{file.extension}"
    written.append(default_storage.save(name, ContentFile(file.data)))
    return Scan.objects.create(
        area_id=filing.area_id,
        hall_id=filing.hall_id,
        person_id=filing.person_id,
        filing=filing,
        material=material,
        file_name=file.name,
        content_type=file.content_type,
        size=len(file.data),
        sha256=file.sha256,
        stored_name=written[-1],
        made_by=by,
    )


@contextmanager
def _files_kept_if_rows_are() -> Iterator[list[str]]:
    """Gives the list for the names of written files; they go again where the block fails."""
    written: list[str] = []
    try:
        yield written
    except BaseException:
        for name in written:
            default_storage.delete(name)
        raise
