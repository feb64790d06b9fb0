"""A platform over real HTTP on 127.0.0.1: acknowledges, refuses, is slow or silent, loses answers, and remembers.

In the test's own process as a thread (`Stub().serving()`), or in one of its own: `python -m tests.filings.platform_stub
PORT RATE`, the key in PLATFORM_KEY; GET then tells what arrived.
"""

import datetime as dt
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from filings.platform.envelope import DONE, REFUSED, Reply, Request, stamp
from filings.platform.message_ids import receiver_id
from filings.platform.signing import is_signed, signed
from filings.platform.uploads import BODIES

KEY = b"a key that the stub and the portal share"
Message = dict[str, Any]


class Stub:
    """rate: messages a second, 0 for as many as it can.  refuse: the words for a message, empty where it is good.

    lose: of which messages the answer is lost after they were done.  silent: no answer at all.
    """

    def __init__(self, key: bytes = KEY, rate: float = 0) -> None:
        self.key, self.rate = key, rate
        self.refuse: Callable[[Message], str] = lambda message: ""
        self.lose: Callable[[Message], bool] = lambda message: False
        self.silent, self.status, self.slow = False, 200, 0.0
        self.done: dict[str, Message] = {}  # msgid → the message, in the order of arrival
        self.asked: list[str] = []  # every msgid that came, repeats too
        self.receipts: dict[str, str] = {}
        self.first = self.last = 0.0
        self.most_at_once = self._at_once = 0
        self._next = 0.0
        self._lock = threading.Lock()

    def answer(self, message: Message) -> Message | None:
        """The signed reply, or None where it is lost."""
        request = Request.model_validate(message)
        now = dt.datetime.now(dt.UTC)
        with self._lock:
            self.asked.append(request.msgid)
            self.first = self.first or time.monotonic()
            self._next = max(self._next, time.monotonic()) + (1 / self.rate if self.rate else 0)
            wait = self._next - time.monotonic()
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(max(0.0, wait if self.rate else 0) + self.slow)
        fault = "signature 签名不符" if not is_signed(message, self.key) else ""
        fault = fault or self.refuse(message)
        with self._lock:
            self._at_once -= 1
            self.last = time.monotonic()
            if not fault and request.msgid not in self.done:
                BODIES[request.infno].model_validate(message["input"])  # type: ignore[index]
                self.done[request.msgid] = message
                self.receipts[request.msgid] = receiver_id(request.insuplc_admdvs or "", now, len(self.done))
            if self.lose(message):
                return None
            receipt = self.receipts.get(request.msgid) or receiver_id("0", now, len(self.asked))
        reply = Reply(
            infcode=REFUSED if fault else DONE,
            inf_refmsgid=receipt,
            refmsg_time=stamp(now),
            respond_time=stamp(now),
            err_msg=fault,
        )
        return signed(reply.model_dump(mode="json"), self.key)

    def seen(self) -> Message:
        return {"done": len(self.done), "asked": len(self.asked), "seconds": self.last - self.first}

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Its address meanwhile."""
        server = _Server(("127.0.0.1", port), _handler(self))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.close_connections()
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for one in list(self.open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.open.discard(one)


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if stub.status != 200:
                return self._send({}, stub.status)
            reply = None if stub.silent else stub.answer(message)
            if reply is None:
                self.close_connection = True
                return None
            return self._send(reply)

        def do_GET(self) -> None:
            self._send(stub.seen())

        def _send(self, what: Message, status: int = 200) -> None:
            body = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


if __name__ == "__main__":
    with Stub(os.environ["PLATFORM_KEY"].encode(), float(sys.argv[2])).serving(int(sys.argv[1])):
        threading.Event().wait()
