"""The platforms that uploads go to, over real HTTP."""

import datetime as dt
import itertools
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.simulator.memory import Conduct, Memory, Mood
from filings.platform.client import Platform, Unreachable
from filings.platform.envelope import CHINA, Request, moment
from filings.platform.message_ids import agency_code, sender_id
from tests.simulator.running import KEY, simulator

WEIFANG = "370700"
serials = itertools.count(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulator")


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with simulator(folder) as number:
        yield number


@pytest.fixture
def memory(folder: Path, port: int) -> Iterator[Memory]:
    remembered = Memory(folder / "simulator.sqlite3")
    yield remembered
    remembered.set_mood("national", Mood())


@pytest.fixture
def national(port: int) -> Iterator[Platform]:
    with Platform(f"http://127.0.0.1:{port}/platform/national/", KEY) as platform:
        yield platform


def upload(infno: str = "A501", **body: object) -> Request:
    now = dt.datetime.now(CHINA)
    return Request(
        infno=infno,
        msgid=sender_id(agency_code(WEIFANG), now, next(serials)),
        mdtrtarea_admvs="110100",
        insuplc_admdvs=WEIFANG,
        inf_time=moment(now),
        fixmedins_code=agency_code(WEIFANG),
        input=body,
    )


def test_an_upload_is_acknowledged_with_a_receipt(national: Platform) -> None:
    reply, _ = national.ask(upload(filing="BA1"))
    assert reply.is_done
    assert re.fullmatch(r"D\d{18}", reply.output["trt_dcla_detl_sn"])
    assert re.fullmatch(r"370700\d{24}", reply.inf_refmsgid)
    assert len(reply.respond_time) == 17


def test_the_same_message_again_gets_the_same_answer_and_is_kept_once(national: Platform, memory: Memory) -> None:
    request = upload(filing="BA2")
    first, _ = national.ask(request)
    again, _ = national.ask(request.model_copy(update={"inf_time": moment(dt.datetime.now(CHINA))}))
    assert again.output == first.output
    row = memory.known("national", request.msgid)
    assert row is not None
    assert row["times"] == 2


def test_another_message_under_a_known_id_is_refused(national: Platform) -> None:
    request = upload(filing="BA3")
    national.ask(request)
    reply, _ = national.ask(request.model_copy(update={"input": {"filing": "BA4"}}))
    assert reply.err_msg == "报文ID重复而内容不同"


def test_a_refusing_platform_says_why(national: Platform, memory: Memory) -> None:
    memory.set_mood("national", Mood(Conduct.REFUSE, words="就医地未开通"))
    reply, _ = national.ask(upload())
    assert (reply.infcode, reply.err_msg) == (-1, "就医地未开通")


def test_a_platform_that_is_down_or_slow_cannot_be_reached(memory: Memory, port: int, national: Platform) -> None:
    memory.set_mood("national", Mood(Conduct.DOWN))
    with pytest.raises(Unreachable, match="503"):
        national.ask(upload())
    memory.set_mood("national", Mood(Conduct.SLOW, seconds=2))
    national.http.timeout = httpx.Timeout(0.3)
    with pytest.raises(Unreachable, match="超时"):
        national.ask(upload())


def test_a_lost_answer_is_given_when_asked_again(national: Platform, memory: Memory) -> None:
    memory.set_mood("national", Mood(Conduct.LOSE_ANSWER))
    request = upload(filing="BA5")
    with pytest.raises(Unreachable):
        national.ask(request)
    reply, _ = national.ask(request)
    assert reply.is_done


def test_a_message_signed_with_another_key_is_not_taken(port: int, memory: Memory) -> None:
    request = upload()
    with Platform(f"http://127.0.0.1:{port}/platform/national/", b"x" * 40) as stranger, pytest.raises(Unreachable):
        stranger.ask(request)
    assert memory.known("national", request.msgid) is None


def test_no_more_than_its_rate_is_taken(memory: Memory, port: int) -> None:
    memory.set_mood("national", Mood(rate=50))

    def many() -> None:
        with Platform(f"http://127.0.0.1:{port}/platform/national/", KEY) as platform:
            for _ in range(10):
                platform.ask(upload())

    began = time.monotonic()
    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began >= 39 / 50  # a floor, whatever the machine does


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"infno": 1}', b"[" * 50_000, b'{"a": NaN}', b"\xff"])
def test_what_is_no_message_is_answered_as_one(port: int, body: bytes) -> None:
    answer = httpx.post(f"http://127.0.0.1:{port}/platform/national/", content=body)
    assert answer.status_code == 200
    assert answer.json()["infcode"] == -1


def test_its_page_shows_what_came_and_changes_its_mood(port: int, national: Platform, memory: Memory) -> None:
    national.ask(upload(filing="BA6"))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
        page = browser.get("/platforms/").text
        assert "国家平台" in page
        assert "异地就医备案上传" in page
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        said = {"conduct": "down", "words": "停机", "seconds": "1", "rate": "5"}
        done = browser.post("/platforms/national/mood/", data={**said, "csrfmiddlewaretoken": token[1]})
        assert done.status_code == 302
    assert memory.mood("national") == Mood(Conduct.DOWN, "停机", 1, 5)
