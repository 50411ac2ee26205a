"""What the compared programs do, as questions over HTTP: docs/comparison/README.md, line by line.
It must not know which framework answers.
"""

import http.client
import json
import socket
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

LIMIT = 16 * 1024 * 1024
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
SECONDS = 10


class Fault(Exception):
    """A program does not do what it should."""


def equal(seen, wanted, what="") -> None:
    if seen != wanted:
        raise Fault(f"{what} {seen!r}, not {wanted!r}".strip())


def true(seen, what: str) -> None:
    if not seen:
        raise Fault(what)


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    def problem(self, status: int) -> dict:
        """The body, which must be problem+json of this status."""
        equal(self.status, status, "status")
        equal(self.headers.get_content_type(), "application/problem+json", "type")
        problem = self.json()
        equal(problem["status"], status, "status in the body")
        return problem

    def errors(self, status: int, part: str, key: str) -> set:
        """The names or pointers of the inputs that are listed."""
        errors = self.problem(status).get("errors", [])
        true(all(error["in"] == part and error["detail"] for error in errors), f"errors: {errors}")
        return {error.get(key) for error in errors}


class Site:
    def __init__(self, address: str, folder: Path):
        self.address, self.folder = address, folder

    def ask(self, method: str, path: str, body=None, headers=None, **options) -> Reply:
        connection = http.client.HTTPConnection(self.address, timeout=SECONDS)
        try:
            connection.request(method, path, body, headers or {}, **options)
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def note(self, **note) -> Reply:
        return self.ask("POST", "/notes", json.dumps(note), JSON)

    def socket(self) -> socket.socket:
        host, port = self.address.rsplit(":", 1)
        return socket.create_connection((host, int(port)), SECONDS)

    def uploads(self) -> list:
        return [path.name for path in (self.folder / "uploads").iterdir()]


# ---- Notes ----


def empty_list(site: Site) -> None:
    reply = site.ask("GET", "/notes")
    equal(reply.status, 200, "status")
    equal(reply.json(), {"page": 1, "size": 20, "total": 0, "items": []})


def create(site: Site) -> None:
    reply = site.note(title="A", text="b", tags=["c"])
    equal(reply.status, 201, "status")
    equal(reply.headers["Location"], "/notes/1", "Location")
    equal(reply.json(), {"id": 1, "title": "A", "text": "b", "tags": ["c"]})
    equal(site.ask("GET", "/notes/1").json(), reply.json())
    equal(site.note(title="A", text="b").json()["tags"], [], "tags")


def no_note(site: Site) -> None:
    site.ask("GET", "/notes/1").problem(404)
    site.ask("GET", "/notes/x").problem(404)


def paging(site: Site) -> None:
    for number in range(1, 26):
        site.note(title=f"note {number}", text="odd" if number % 2 else "even")

    def ids(query: str) -> list:
        return [note["id"] for note in site.ask("GET", f"/notes?{query}").json()["items"]]

    equal(ids("page=2&size=10"), list(range(15, 5, -1)))
    equal(ids("page=3&size=10&order=oldest"), list(range(21, 26)))
    equal(ids("page=4294967295&size=100"), [])
    equal(ids("contains=even&size=3"), [24, 22, 20])
    equal(site.ask("GET", "/notes?contains=odd&size=1").json()["total"], 13, "total")


def list_bounds(site: Site) -> None:
    reply = site.ask("GET", f"/notes?page=0&size=101&contains={'x' * 65}")
    equal(reply.errors(400, "query", "name"), {"page", "size", "contains"}, "errors")


def list_unreadable(site: Site) -> None:
    site.ask("GET", "/notes?page=x").problem(400)
    site.ask("GET", "/notes?order=none").problem(400)


def list_all_unreadable(site: Site) -> None:
    reply = site.ask("GET", "/notes?page=x&size=101&order=none")
    equal(reply.errors(400, "query", "name"), {"page", "size", "order"}, "errors")


def note_bounds(site: Site) -> None:
    reply = site.note(title="", text="x" * 2001, tags=["ok", "x" * 21])
    equal(reply.errors(422, "body", "pointer"), {"/title", "/text", "/tags/1"}, "errors")


def note_types(site: Site) -> None:
    site.note(title="A", text="b", tags=[1]).problem(422)
    site.note(title="A").problem(422)


def note_types_point(site: Site) -> None:
    reply = site.note(title="A", text="b", tags=["c", 1])
    equal(reply.errors(422, "body", "pointer"), {"/tags/1"}, "errors")


def note_unreadable(site: Site) -> None:
    site.ask("POST", "/notes", '{"title": ', JSON).problem(400)
    site.ask("POST", "/notes", "title=A", FORM).problem(415)


def note_too_large(site: Site) -> None:
    site.note(title="A", text="x" * 1024 * 1024).problem(413)


def note_limit_named(site: Site) -> None:
    detail = site.note(title="A", text="x" * 1024 * 1024).problem(413)["detail"]
    true(any(name in detail for name in ["1048576", "1,048,576", "1 MiB"]), detail)


def elsewhere(site: Site) -> None:
    site.ask("GET", "/nothing").problem(404)


def not_allowed(path: str):
    def check(site: Site) -> None:
        site.ask("PATCH", path).problem(405)

    return check


def allow(path: str, *methods: str):
    def check(site: Site) -> None:
        told = site.ask("PATCH", path).headers.get("Allow", "")
        told = {method.strip() for method in told.split(",")}
        true(told.issuperset(methods), f"Allow: {told}")

    return check


def head(path: str):
    def check(site: Site) -> None:
        reply = site.ask("HEAD", path)
        equal((reply.status, reply.body), (200, b""))

    return check


def page_of_error(site: Site) -> None:
    reply = site.ask("GET", "/nothing", headers={"Accept": "text/html"})
    equal((reply.status, reply.headers.get_content_type()), (404, "text/html"))


# ---- Login ----


def sign_in(site: Site, body="name=ada&password=engine", query="") -> Reply:
    return site.ask("POST", f"/login{query}", body, FORM)


def session(site: Site) -> dict:
    return {"Cookie": sign_in(site).headers["Set-Cookie"].split(";")[0]}


def login_form(site: Site) -> None:
    reply = site.ask("GET", "/login")
    equal((reply.status, reply.headers.get_content_type()), (200, "text/html"))
    true(b"<form" in reply.body, "there is no form")


def to_login(site: Site) -> None:
    reply = site.ask("GET", "/me?tab=a%26b", headers={"Accept": "text/html"})
    equal(reply.status, 303, "status")
    target = urlsplit(reply.headers["Location"])
    equal((target.path, parse_qs(target.query)), ("/login", {"next": ["/me?tab=a%26b"]}))


def not_signed_in(site: Site) -> None:
    site.ask("GET", "/api/me").problem(401)


def signed_in(site: Site) -> None:
    reply = sign_in(site)
    equal((reply.status, reply.headers["Location"]), (303, "/me"))
    pair, *marks = (part.strip() for part in reply.headers["Set-Cookie"].split(";"))
    true(pair.startswith("session=") and len(pair) >= len("session=") + 32, pair)
    equal({mark.lower() for mark in marks}, {"path=/", "httponly", "samesite=lax", "max-age=28800"})
    cookie = {"Cookie": pair}
    equal(site.ask("GET", "/api/me", headers=cookie).json(), {"name": "ada"})
    page = site.ask("GET", "/me", headers=cookie)
    true(page.status == 200 and b"ada" in page.body, "the page does not greet")


def new_id_each_time(site: Site) -> None:
    true(session(site) != session(site), "the same id twice")


def back_to_next(site: Site) -> None:
    reply = sign_in(site, query="?next=%2Fme%3Ftab%3Da%2526b")
    equal((reply.status, reply.headers["Location"]), (303, "/me?tab=a%26b"))


UNSAFE = ["//evil.example", "https://evil.example", "/\\evil.example", "%2F%09%2Fevil.example", "me"]


def unsafe_next(site: Site) -> None:
    for url in UNSAFE:
        site.ask("GET", f"/login?next={url}").problem(400)
        reply = sign_in(site, query=f"?next={url}")
        reply.problem(400)
        true("Set-Cookie" not in reply.headers, "a session was opened")


def unsafe_next_named(site: Site) -> None:
    reply = site.ask("GET", f"/login?next={UNSAFE[0]}")
    equal(reply.errors(400, "query", "name"), {"next"}, "errors")


def wrong_password(site: Site) -> None:
    for body in ["name=ada&password=x", "name=nobody&password=engine"]:
        reply = sign_in(site, body)
        equal((reply.status, reply.headers.get_content_type()), (403, "text/html"))
        true("Set-Cookie" not in reply.headers, "a session was opened")


def form_bounds(site: Site) -> None:
    reply = sign_in(site, f"name=&password={'x' * 129}")
    equal(reply.errors(422, "body", "name"), {"name", "password"}, "errors")


def form_missing(site: Site) -> None:
    sign_in(site, "name=ada").problem(422)
    site.ask("POST", "/login", "{}", JSON).problem(415)


def form_all_missing(site: Site) -> None:
    equal(sign_in(site, "x=y").errors(422, "body", "name"), {"name", "password"}, "errors")


def logout(site: Site) -> None:
    cookie = session(site)
    reply = site.ask("POST", "/logout", headers=cookie)
    equal((reply.status, reply.headers["Location"]), (303, "/login"))
    gone = reply.headers["Set-Cookie"].lower()
    true(gone.startswith("session=;") and "max-age=0" in gone and "path=/" in gone, gone)
    site.ask("GET", "/api/me", headers=cookie).problem(401)


def forged(site: Site) -> None:
    for value in ["x", "", "00000000-0000-0000-0000-000000000000", '"\\', "é"]:
        cookie = {"Cookie": f"session={value}".encode()}
        site.ask("GET", "/api/me", headers=cookie).problem(401)


# ---- Upload ----


def store(site: Site) -> None:
    data = bytes(range(256)) * 4096
    reply = site.ask("PUT", "/files/data.bin", data)
    equal(reply.status, 201, "status")
    equal(reply.json(), {"name": "data.bin", "bytes": len(data)})
    equal(site.uploads(), ["data.bin"], "in the folder")
    equal((site.folder / "uploads/data.bin").read_bytes() == data, True, "the same bytes")
    equal(site.ask("PUT", "/files/data.bin", b"new").status, 201, "status of the second")
    equal((site.folder / "uploads/data.bin").read_bytes(), b"new", "replaced by")


def declared_too_large(site: Site) -> None:
    with site.socket() as peer:
        peer.sendall(put_head("large", f"Content-Length: {LIMIT + 1}"))
        reply = http.client.HTTPResponse(peer)
        reply.begin()
        limit_named(Reply(reply))
    equal(site.uploads(), [], "in the folder")


def chunked_too_large(site: Site) -> None:
    chunks = [b"x" * 65536] * (LIMIT // 65536) + [b"x"]
    limit_named(site.ask("PUT", "/files/large", iter(chunks), encode_chunked=True))
    equal(site.uploads(), [], "in the folder")
    equal(site.ask("PUT", "/files/large", b"x" * LIMIT).status, 201, "status at the limit")


def limit_named(reply: Reply) -> None:
    detail = reply.problem(413)["detail"]
    true(any(name in detail for name in [str(LIMIT), f"{LIMIT:,}", "16 MiB"]), detail)


UNSAFE_NAMES = ["a%2Fb", "..%2Fb", "%2E%2E", ".hidden", "a%5Cb", "a%00", "%C3%A9", "x" * 101]


def unsafe_name(site: Site) -> None:
    for name in UNSAFE_NAMES:
        site.ask("PUT", f"/files/{name}", b"x").problem(404)
        site.ask("GET", f"/files/{name}/progress").problem(404)
    equal(site.uploads(), [], "in the folder")


def unsafe_name_named(site: Site) -> None:
    reply = site.ask("PUT", "/files/.hidden", b"x")
    equal(reply.errors(404, "path", "name"), {"name"}, "errors")


def put_head(name: str, *headers: str) -> bytes:
    lines = [f"PUT /files/{name} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode()


def events(site: Site, name: str, body: bytes, length: int) -> list:
    """The events of an upload that sends `body` and then, if that is not all, goes away."""
    with site.socket() as peer:
        peer.sendall(put_head(name, f"Content-Length: {length}") + body[:1000])
        watch = http.client.HTTPConnection(site.address, timeout=SECONDS)
        reply = begun(watch, f"/files/{name}/progress")
        equal(reply.headers.get_content_type(), "text/event-stream", "type")
        site.ask("PUT", f"/files/{name}", b"x").problem(409)
        time.sleep(0.3)
        peer.sendall(body[1000:])
        if length == len(body):
            answer = http.client.HTTPResponse(peer)
            answer.begin()
            equal(answer.status, 201, "status")
    text = reply.read().decode()
    watch.close()
    seen = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            seen.append((fields["event"].strip(), json.loads(fields["data"])))
    return seen


def begun(watch, path: str):
    """The answer once the upload is known to the program."""
    for _ in range(100):
        watch.request("GET", path)
        reply = watch.getresponse()
        if reply.status == 200:
            return reply
        reply.read()
        time.sleep(0.02)
    raise Fault("the upload cannot be watched")


def progress(site: Site) -> None:
    body = b"x" * 1_000_000
    seen = events(site, "data", body, len(body))
    equal(seen[-1], ("done", {"received": len(body), "total": len(body)}), "last")
    true(seen[0][0] == "progress" and 0 <= seen[0][1]["received"] < len(body), f"first {seen[0]}")
    received = [data["received"] for _, data in seen]
    equal(received, sorted(received), "in order")
    site.ask("GET", "/files/data/progress").problem(404)


def broken_off(site: Site) -> None:
    seen = events(site, "data", b"x" * 5000, 1_000_000)
    equal(seen[-1][0], "failed", "last")
    equal(site.uploads(), [], "in the folder")
    site.ask("GET", "/files/data/progress").problem(404)
    equal(site.ask("PUT", "/files/data", b"x").status, 201, "status after it")


def upload_page(site: Site) -> None:
    reply = site.ask("GET", "/")
    equal((reply.status, reply.headers.get_content_type()), (200, "text/html"))


CHECKS = {
    "notes": [
        ("an empty list, with page, size and total", empty_list),
        ("create: 201, Location and the note; show it", create),
        ("404 for no such note and for an id that is no number", no_note),
        ("pages, both orders, search", paging),
        ("400 that lists all inputs out of bounds", list_bounds),
        ("400 for an input of another type", list_unreadable),
        ("... that lists all of them, and those out of bounds", list_all_unreadable),
        ("422 that lists all values out of bounds, by JSON pointer", note_bounds),
        ("422 for a value of another type or none", note_types),
        ("... that points to it", note_types_point),
        ("400 for what is no JSON, 415 for what is not said to be", note_unreadable),
        ("413 for more than 1 MiB", note_too_large),
        ("... that names the limit", note_limit_named),
        ("404 elsewhere, as problem+json", elsewhere),
        ("405 for other methods, as problem+json", not_allowed("/notes")),
        ("... with Allow", allow("/notes", "GET", "POST")),
        ("HEAD wherever GET is", head("/notes")),
        ("errors as a page where HTML is asked for", page_of_error),
    ],
    "login": [
        ("the form", login_form),
        ("a page sends who is not signed in to the form and says where from", to_login),
        ("the API says 401", not_signed_in),
        ("sign in: 303, a cookie with its marks; page and API know the name", signed_in),
        ("a new random id each time", new_id_each_time),
        ("303 to `next`", back_to_next),
        ("400 for a `next` that is not on this site", unsafe_next),
        ("... that lists it by name", unsafe_next_named),
        ("403 and the form again for a wrong password", wrong_password),
        ("422 that lists all fields out of bounds", form_bounds),
        ("422 for a missing field, 415 for what is no form", form_missing),
        ("... that lists all missing fields", form_all_missing),
        ("sign out: the session and the cookie are gone", logout),
        ("a forged cookie is as none", forged),
        ("404 elsewhere, as problem+json", elsewhere),
        ("405 for other methods, as problem+json", not_allowed("/login")),
        ("... with Allow", allow("/login", "GET", "POST")),
        ("HEAD wherever GET is", head("/login")),
        ("errors as a page where HTML is asked for", page_of_error),
    ],
    "upload": [
        ("the page", upload_page),
        ("keep a file, replace it", store),
        ("413 that names the limit, before the body is read", declared_too_large),
        ("the same for a body of unknown length, and nothing is left of it", chunked_too_large),
        ("404 for a name that is not safe", unsafe_name),
        ("... that lists it", unsafe_name_named),
        ("progress as events, to `done`; 409 for a second upload; 404 after", progress),
        ("`failed` for one that breaks off, and nothing is left of it", broken_off),
        ("404 elsewhere, as problem+json", elsewhere),
        ("405 for other methods, as problem+json", not_allowed("/files/x")),
        ("... with Allow", allow("/files/x", "PUT")),
        ("HEAD wherever GET is", head("/")),
        ("errors as a page where HTML is asked for", page_of_error),
    ],
}
