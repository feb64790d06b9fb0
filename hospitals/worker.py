"""The worker of all jobs.  It outlives its database: it waits until that is there again, and goes on.

procrastinate's own ends, and with status 0, once a statement of its own fails: a restarted server would end it.
"""

import asyncio
import logging
import signal
from collections.abc import Sequence

import psycopg
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

logger = logging.getLogger(__name__)
PAUSE = 1  # seconds until the database is asked again
SILENT = 30  # seconds without a sign of life after which a worker counts as gone; it gives one every ten
MOST_ATTEMPTS = 5  # of a job that ended with its worker each time


async def work(queues: Sequence[str] = ()) -> None:
    """Work until SIGTERM or SIGINT; jobs under way are finished first.  queues: all, if none is named."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    asked = asyncio.create_task(stop.wait())
    while not stop.is_set():
        session = asyncio.create_task(_session(queues))
        await asyncio.wait({session, asked}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            session.cancel()  # it finishes what is under way
        try:
            await session
        except asyncio.CancelledError:
            return
        except (ConnectorException, psycopg.OperationalError) as error:
            logger.warning("worker: %s", error.__cause__ or error)
        if not stop.is_set():
            logger.warning("worker: the database does not answer; asked again in %s s", PAUSE)
            await asyncio.wait({asked}, timeout=PAUSE)


async def _session(queues: Sequence[str]) -> None:
    """With connections of its own, until one of them fails."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        async with working.open_async():
            await working.run_worker_async(queues=queues or None, install_signal_handlers=False)  # type: ignore[arg-type]


async def take_up_left_jobs() -> None:
    """Queue anew what a worker left that was killed or lost the database.  Every job that comes twice ends the same.

    Where its like is queued already, or it ended with its worker time and again, it is done with.
    """
    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        try:
            if job.attempts < MOST_ATTEMPTS:
                await jobs.retry_job(job)
                continue
        except UniqueViolation:
            logger.info("worker: %s is queued already", job.task_name)
        await jobs.finish_job(job, status=Status.FAILED, delete_job=job.attempts < MOST_ATTEMPTS)
