"""The sender against a platform over real HTTP: once each, in order, whatever the platform does."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from filings.models import Filing, PlatformLine, Upload, UploadRefusal
from filings.uploads import queue, sending
from hospitals.access import portal_account
from hospitals.vocabulary import Scope
from tests import factories as make
from tests.filings.conftest import TODAY, asking, cancelling, filed, moving
from tests.filings.platform_stub import Stub
from tests.filings.uploading import addresses, platforms, sent, without_pauses

pytestmark = pytest.mark.django_db
NATION = Scope.CROSS_PROVINCE


@pytest.fixture
def stub() -> Iterator[Stub]:
    with platforms(Stub()) as made:
        yield made


def filings(count: int) -> list[Filing]:
    return [make.FilingFactory(person__area__code=make.WEIFANG) for _number in range(count)]


def states() -> dict[str, int]:
    return dict(Counter(Upload.objects.values_list("status", flat=True)))


@pytest.mark.clause("YT-10", "JN-06")
def test_what_was_filed_arrives_and_its_receipt_is_kept(stub: Stub, clerk: User, insured: Any) -> None:
    filing = filed(clerk, insured())
    sent()
    upload = filing.uploads.get()
    assert (upload.status, upload.receipt) == ("acknowledged", stub.receipts[upload.msgid])
    assert upload.acknowledged_at
    message = stub.done[upload.msgid]
    assert message["input"] == upload.payload
    assert message["mdtrtarea_admvs"] == make.BEIJING
    assert (message["insuplc_admdvs"], message["fixmedins_code"]) == (make.WEIFANG, "A37070000000")
    assert upload.msgid.startswith("A37070000000")
    assert [entry.pgh_label for entry in upload.events.order_by("pgh_id")] == ["insert", "update"]
    assert len(upload.msgid) == 30


@pytest.mark.clause("YT-10")
def test_each_goes_to_its_platform(clerk: User, insured: Any) -> None:
    nation, province = Stub(), Stub()
    filed(clerk, insured())
    filed(clerk, insured(), asking(destination="370100"))
    with nation.serving() as one, province.serving() as other, addresses(one):  # noqa: SIM117
        with override_settings(PROVINCIAL_PLATFORM_URL=other):
            sent()
    places = [[message["mdtrtarea_admvs"] for message in stub.done.values()] for stub in (nation, province)]
    assert places == [[make.BEIJING], ["370100"]]


def test_hundreds_arrive_once_each_with_few_statements(stub: Stub) -> None:
    count = 250
    filings(count)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        sent()
    assert states() == {"acknowledged": count}
    assert len(stub.asked) == len(stub.done) == count
    assert 2 <= stub.most_at_once <= sending.IN_FLIGHT
    assert len(statements) < count / 5


@pytest.mark.clause("JN-06")
def test_order_of_a_person_is_kept(stub: Stub, clerk: User, insured: Any) -> None:
    """Over both platforms: the end at the old place before the filing at the new one."""
    moved = []
    for _number in range(5):
        filing = filed(clerk, insured())
        moved.append(moving(clerk, filing, "370100", TODAY + dt.timedelta(1)))
    for _turn in range(3):
        sent()
    assert states() == {"acknowledged": 15}
    for change in moved:
        own = [
            message["infno"] for message in stub.done.values() if message["input"]["certno"] == change.person.id_number
        ]
        assert own == ["A501", "A503", "A501"]


def test_platform_that_is_down_is_asked_by_one_message_at_growing_pauses(stub: Stub) -> None:
    filings(40)
    stub.status = 503
    sent()
    line = PlatformLine.objects.get(platform=NATION)
    assert (line.failures, line.problem) == (1, "平台返回 HTTP 503")
    assert line.down_since
    tried = Upload.objects.filter(attempts__gt=0).count()
    assert tried < 40  # a few at once noticed, the others were not tried
    sent()  # too early
    assert Upload.objects.filter(attempts__gt=0).count() == tried
    for failures in (2, 3, 4):
        without_pauses()
        sent()
        line.refresh_from_db()
        assert line.failures == failures
    assert sum(Upload.objects.values_list("attempts", flat=True)) == tried + 3
    assert states() == {"waiting": 40}


@pytest.mark.clause("JN-06")
def test_all_go_at_once_when_the_platform_is_there_again(stub: Stub) -> None:
    filings(60)
    stub.status = 503
    sent()
    without_pauses()
    sent()
    stub.status = 200
    without_line_pause()
    sent()
    assert states() == {"acknowledged": 60}
    assert len(stub.done) == 60
    line = PlatformLine.objects.get(platform=NATION)
    assert (line.failures, line.down_since, line.retry_at, line.problem) == (0, None, None, "")


def without_line_pause() -> None:
    """The line's pause is over; those of the uploads that were tried are not."""
    line = PlatformLine.objects.get(platform=NATION)
    line.retry_at = line.down_since
    line.save()


def test_nothing_listens(clerk: User, insured: Any) -> None:
    filed(clerk, insured())
    with Stub().serving() as gone:
        pass
    with addresses(gone):
        sent()
    assert Upload.objects.get().last_problem == "无法连接平台"


def test_pauses_grow_to_a_bound_and_differ() -> None:
    for failures in range(30):
        whole = min(queue.FIRST_PAUSE * 2**failures, queue.LONGEST_PAUSE)
        assert whole / 2 <= queue.pause(failures) <= whole
    assert len({queue.pause(5) for _number in range(20)}) > 1


def test_answer_that_was_lost_is_asked_for_again_with_the_same_message(stub: Stub) -> None:
    filings(20)
    seen: set[str] = set()

    def once(message: dict[str, Any]) -> bool:
        is_first = message["msgid"] not in seen
        seen.add(message["msgid"])
        return is_first and len(seen) % 2 == 0

    stub.lose = once
    for _turn in range(3):
        sent()
        without_pauses()
    assert states() == {"acknowledged": 20}
    assert len(stub.done) == 20
    assert len(stub.asked) == 30
    assert all(upload.receipt == stub.receipts[upload.msgid] for upload in Upload.objects.all())


@pytest.mark.clause("JN-06")
def test_refused_one_is_parked_with_the_words_and_holds_what_comes_later(stub: Stub, clerk: User, insured: Any) -> None:
    filing, other = filed(clerk, insured()), filed(clerk, insured())
    cancelling(clerk, filing)
    words = "E1043 参保人[psn_name]与证件号码不匹配，请核对后重新上报"
    stub.refuse = lambda message: words if message["input"]["certno"] == filing.person.id_number else ""
    sent()
    sent()
    first, second = filing.uploads.order_by("pk")
    assert (first.status, first.last_problem) == ("parked", words)
    assert (second.status, second.msgid) == ("waiting", "")
    assert other.uploads.get().status == "acknowledged"
    refusal = UploadRefusal.objects.get()
    assert (refusal.msgid, refusal.infno, refusal.words) == (first.msgid, "A501", words)
    assert refusal.payload == first.payload
    assert refusal.reply["err_msg"] == words
    assert refusal.reply["infcode"] == -1


def test_busy_platform_refuses_nothing(stub: Stub, clerk: User, insured: Any) -> None:
    filed(clerk, insured())
    stub.refuse = lambda message: "busy 平台繁忙，请稍后再试"
    sent()
    upload = Upload.objects.get()
    assert (upload.status, upload.last_problem) == ("waiting", "busy 平台繁忙，请稍后再试")
    stub.refuse = lambda message: ""
    without_pauses()
    sent()
    assert states() == {"acknowledged": 1}


def test_answer_of_somebody_else_is_none(clerk: User, insured: Any) -> None:
    filed(clerk, insured())
    with platforms(Stub(key=b"another key, of some other platform!")):
        sent()
    assert Upload.objects.get().last_problem == "平台应答的签名不符"
    assert states() == {"waiting": 1}


def test_nothing_is_sent_where_no_platform_is_configured(clerk: User, insured: Any) -> None:
    filed(clerk, insured())
    with override_settings(NATIONAL_PLATFORM_URL=""):
        assert sending.send(NATION) is None
    with override_settings(PLATFORM_KEY=b""):
        assert sending.send(NATION) is None
    assert states() == {"waiting": 1}


def test_message_ids_are_given_once_and_never_clash(stub: Stub) -> None:
    filings(120)
    first = queue_up()
    again = queue_up()
    assert [one.msgid for one in first] == [one.msgid for one in again]
    assert len({one.msgid for one in first}) == 120


def queue_up() -> list[queue.Claimed]:
    PlatformLine.objects.get_or_create(platform=NATION)
    return queue.claim(NATION, after=0, most=200)


def test_recorded_twice_ends_the_same(stub: Stub) -> None:
    filings(1)
    (claimed,) = queue_up()
    outcomes = [queue.Outcome(claimed, receipt="370700202603101200000000000001")]
    for _time in range(2):
        queue.record(outcomes, by=portal_account())
    queue.record([queue.Outcome(claimed, words="晚到的拒绝", reply={})], by=portal_account())
    assert states() == {"acknowledged": 1}
    assert not UploadRefusal.objects.exists()
    assert Upload.objects.get().attempts == 1


def test_turn_ends_in_time_and_says_that_there_is_more(stub: Stub) -> None:
    filings(210)
    stub.rate = 400
    go_on_at = sending.send(NATION, seconds=0.05)
    assert go_on_at
    assert 0 < len(stub.done) < 210
