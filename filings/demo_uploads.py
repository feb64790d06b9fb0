"""A demo upload that the platform refused, so that there is one to put right; the others go to the simulator."""

from filings.models import PlatformLine, UploadRefusal
from filings.uploads.queue import Outcome, claim, record
from hospitals.access import portal_account
from hospitals.vocabulary import Scope

WORDS = "示例 参保人姓名与证件号码不匹配，请核对后重新上报"
PLATFORM = Scope.IN_PROVINCE


def load() -> str:
    """Made once, of the first that waits."""
    if not UploadRefusal.objects.exists():
        PlatformLine.objects.get_or_create(platform=PLATFORM)
        refused = [
            Outcome(one, words=WORDS, reply={"infcode": -1, "err_msg": WORDS})
            for one in claim(PLATFORM, after=0, most=1)
        ]
        record(refused, by=portal_account())
    return f"示例被拒上报 {UploadRefusal.objects.count()} 件"
