"""Publishing and editing at the same moment, over real connections."""

import datetime as dt
import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction

from settlement.models import BenefitPolicy, RatioRow
from tests.factories import TIELING, AreaFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft():
    return BenefitPolicy.objects.create(
        area=AreaFactory(code=TIELING), version=1, starts_on=dt.date(2026, 1, 1), document="示例文件"
    )


def add_row(draft):
    RatioRow.objects.create(policy=draft, number=1, section="一")


class Elsewhere(threading.Thread):
    """Does something over a connection of its own; `fault` is what came of it."""

    def __init__(self, action):
        super().__init__()
        self.action = action
        self.fault = None

    def run(self):
        try:
            self.action()
        except IntegrityError as fault:
            self.fault = str(fault)
        finally:
            connection.close()

    def start_and_wait_for_lock(self):
        self.start()
        deadline = time.monotonic() + 10
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with connection.cursor() as cursor:
            while time.monotonic() < deadline:
                cursor.execute(waiting)
                if cursor.fetchone():
                    return
                time.sleep(0.02)
        pytest.fail("the other connection did not wait")


def test_row_written_while_the_policy_is_published_is_refused(draft):
    other = Elsewhere(lambda: add_row(draft))
    with transaction.atomic():
        BenefitPolicy.objects.get().publish(by=None)
        other.start_and_wait_for_lock()
    other.join()
    assert "已发布的政策不能修改" in other.fault
    assert not RatioRow.objects.exists()


def test_policy_is_published_with_the_row_that_was_being_written(draft):
    other = Elsewhere(lambda: BenefitPolicy.objects.get().publish(by=None))
    with transaction.atomic():
        add_row(draft)
        other.start_and_wait_for_lock()
    other.join()
    assert other.fault is None
    policy = BenefitPolicy.objects.get()
    assert policy.is_published
    assert len(policy.rules().ratios.rows) == 1
