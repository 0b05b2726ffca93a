"""The stand-in's HTTP: a thread on loopback that the SDK calls, and the signing of what it sends."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe
from stripe import params as typed
from stripe.params import checkout as typed_pages

from tests.standin.books import KEY, SECRET, Books, NotAllowed, Thing, public
from tests.standin.params import Unknown, nested, require_known

Answer = tuple[int, Thing]
LISTS = {
    "/v1/checkout/sessions": ("checkout.session", typed_pages.SessionListParams),
    "/v1/refunds": ("refund", typed.RefundListParams),
    "/v1/disputes": ("dispute", typed.DisputeListParams),
    "/v1/events": ("event", typed.EventListParams),
}
PAGES = "/v1/checkout/sessions"


class Standin:
    """Stripe, as far as the product knows it. `is_down` answers 503; `calls` are method, path and account of each call."""

    def __init__(self, books: Books) -> None:
        self.books, self.is_down, self.calls = books, False, list[tuple[str, str, str]]()
        self.answered: dict[tuple[str, str], tuple[Thing, Answer]] = {}
        self.lock = threading.Lock()
        self.url = ""

    def answer(self, method: str, path: str, params: Thing, headers: Any) -> Answer:
        """One call, under a lock, as if one after the other."""
        account, key = headers.get("Stripe-Account", ""), headers.get("Idempotency-Key", "")
        with self.lock:
            self.calls.append((method, path, account))
            if self.is_down:
                return 503, _error("api_error", "down for the test")
            if headers.get("Authorization") != f"Bearer {KEY}":
                return 401, _error("invalid_request_error", "Invalid API Key provided")
            if account and account not in self.books.accounts:
                return 403, _error("invalid_request_error", "The provided key does not have access to account")
            if method == "POST" and not key:
                return 400, _error("invalid_request_error", "the tests want a key on every call that changes something")
            return self._once(account, key, params, lambda: self._guarded(method, path, account, params))

    def _once(self, account: str, key: str, params: Thing, do: Callable[[], Answer]) -> Answer:
        """The first answer is given again to the same key; other parameters under the same key are refused."""
        before = self.answered.get((account, key)) if key else None
        if before is None:
            answer = do()
            if key:
                self.answered[account, key] = params, answer
            return answer
        if before[0] != params:
            return 400, _error("idempotency_error", "Keys can only be used with the same parameters")
        return before[1]

    def _guarded(self, method: str, path: str, account: str, params: Thing) -> Answer:
        try:
            return self._do(method, path, account, params)
        except Unknown as error:
            return 400, _error("invalid_request_error", f"Received unknown parameter: {error}")
        except NotAllowed as error:
            return 400, _error("invalid_request_error", str(error))
        except KeyError as error:
            return 404, _error("invalid_request_error", f"No such thing: {error}")

    def _do(self, method: str, path: str, account: str, params: Thing) -> Answer:
        if method == "POST" and path == PAGES:
            require_known(typed_pages.SessionCreateParams, params)
            return 200, public(self.books.open_page(account, params))
        if method == "POST" and path.startswith(f"{PAGES}/") and path.endswith("/expire"):
            require_known(typed_pages.SessionExpireParams, params)
            self.books.expire(path.split("/")[-2])
            return 200, public(self.books.things[path.split("/")[-2]])
        if method == "GET" and path in LISTS:
            kind, known = LISTS[path]
            require_known(known, params)
            return 200, {"object": "list", "url": path, "has_more": False, "data": self._listed(account, kind, params)}
        if method == "GET" and path.startswith(f"{PAGES}/"):
            require_known(typed_pages.SessionRetrieveParams, params)
            return 200, self._page(account, path.rpartition("/")[2])
        if method == "GET" and path.startswith("/v1/accounts/"):
            name = path.rpartition("/")[2]
            if name not in self.books.accounts:
                return 403, _error(
                    "invalid_request_error", f"The provided key does not have access to account '{name}'"
                )
            return 200, self.books.accounts[name]
        raise KeyError(path)

    def _listed(self, account: str, kind: str, params: Thing) -> list[Thing]:
        wanted = {name: params[name] for name in ("charge", "payment_intent") if name in params}
        since, types = int(params.get("created", {}).get("gte", 0)), set(params.get("types", {}).values())
        found = [one for one in self.books.of(account, kind, **wanted) if one["created"] >= since]
        return [public(one) for one in found if not types or one["type"] in types]

    def _page(self, account: str, number: str) -> Thing:
        """With its charge inside, as it is asked for."""
        things = self.books.things
        if things[number]["_account"] != account:
            raise KeyError(number)
        page = public(things[number])
        if page["payment_intent"]:
            intent = public(things[page["payment_intent"]])
            charge = public(things[intent["latest_charge"]])
            charge["balance_transaction"] = public(things[charge["balance_transaction"]])
            page["payment_intent"] = {**intent, "latest_charge": charge}
        return page


def signed(event: Thing, secret: str = SECRET, at: int | None = None) -> tuple[bytes, str]:
    """An event as it is delivered for a connected account: the body, and the header that signs it."""
    body = json.dumps({**public(event), "account": event["_account"]}, ensure_ascii=False)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret, at)


class Counter(ThreadingHTTPServer):
    """Where one stand-in after the other answers, at the same address."""

    standin: Standin

    def put(self, standin: Standin) -> Standin:
        """From now on this one answers."""
        self.standin = standin
        standin.url = f"http://127.0.0.1:{self.server_port}"
        return standin


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counter

    def do_GET(self) -> None:
        self._answer("GET", urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _answer(self, method: str, text: str) -> None:
        given = nested(parse_qsl(text, keep_blank_values=True))
        status, thing = self.server.standin.answer(method, urlsplit(self.path).path, given, self.headers)
        body = json.dumps(thing).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", "req_of_the_tests")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Silent."""


@contextmanager
def counter() -> Iterator[Counter]:
    """A counter on a port of its own."""
    server = Counter(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def _error(kind: str, message: str) -> Thing:
    return {"error": {"type": kind, "message": message}}
