"""What callgrind has counted, read and subtracted. It must not know what was running.

Of the format (valgrind's manual, "Callgrind Format Specification") it reads what is needed: costs of
lines, by function and file, and calls with what they cost in all.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

NAME = re.compile(r"\((\d+)\)(?: (.*))?$")
CRATE = re.compile(r"/([A-Za-z0-9_-]+?)-\d+\.\d+[^/]*/(?:src|benches|lib)/")
MEMBER = re.compile(r"(?:^|/)(crates|examples)/([a-z-]+)/src/(?:([a-z_0-9]+)(?:\.rs)?/?)?")
ALLOCATOR = re.compile(
    r"^_?_?(libc_|int_)?(malloc|free|calloc|realloc|memalign)|^unlink_chunk|^tcache|arena_|^sysmalloc"
)
COPIES = re.compile(r"^_?_?(mem(cpy|move|set|cmp|chr|rchr)|bcmp)")
STD = "std"


@dataclass
class Counts:
    """Instructions, of one run or of one request."""

    total: float = 0
    own: Counter = field(default_factory=Counter)
    """By whose source they are."""
    files: Counter = field(default_factory=Counter)
    """By the file that its source is in, and the function that it is inlined into."""
    inclusive: Counter = field(default_factory=Counter)
    """By function, with all that it calls."""
    calls: Counter = field(default_factory=Counter)
    """How often each is called."""

    def less(self, other: "Counts", parts: int) -> "Counts":
        """What this run has more than the other, divided."""
        found = Counts((self.total - other.total) / parts)
        for name in ("own", "files", "inclusive", "calls"):
            mine, theirs, into = getattr(self, name), getattr(other, name), getattr(found, name)
            for key, count in mine.items():
                into[key] = (count - theirs[key]) / parts
        return found


def read(path: Path) -> Counts:
    counts, names = Counts(), {"fn": {}, "fl": {}, "ob": {}}
    place = {"fn": "", "fl": "", "ob": "", "home": "", "cfn": ""}
    called = None
    with path.open(errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            key, equals, value = line.partition("=")
            if equals and key in ("fn", "fl", "fi", "fe", "ob", "cfn", "cfl", "cfi", "cob"):
                name_place(key, value, names, place)
            elif equals and key == "calls":
                called = int(value.split()[0])
            elif line[:1] in "+-*0123456789" and line:
                cost = int(line.split()[-1])
                if called is None:
                    counts.total += cost
                    counts.own[whose(place)] += cost
                    counts.files[place["fl"], place["fn"]] += cost
                    counts.inclusive[place["fn"]] += cost
                else:
                    counts.calls[place["cfn"]] += called
                    # Of a function that calls itself, the outer call has it all.
                    if place["cfn"] != place["fn"]:
                        counts.inclusive[place["fn"]] += cost
                    called = None
    return counts


def name_place(key: str, value: str, names: dict, place: dict) -> None:
    """Takes note of where the following costs are. Names are told once and have numbers then."""
    kind = {"fi": "fl", "fe": "fl", "cfl": "fl", "cfi": "fl", "cob": "ob", "cfn": "fn"}.get(key, key)
    found = NAME.match(value)
    if not found:
        name = value
    elif found[2] is None:
        name = names[kind].get(found[1], "")
    else:
        name = names[kind][found[1]] = found[2]
    if key == "fn":
        # Where the function itself stands; what is inlined into it names other files.
        place["home"] = place["fl"]
    if key in ("fn", "cfn"):
        name = re.sub(r"'\d+$", "", name)
    if not key.startswith("c"):
        place[kind] = name
    elif key == "cfn":
        place["cfn"] = name


def whose(place: dict) -> str:
    """The crate, or the part of a crate of ours, that a line of source belongs to. What is inlined of
    the standard library counts for the function that it is inlined into."""
    name = place["fn"]
    if ALLOCATOR.search(name):
        return "malloc and free"
    if COPIES.search(name):
        return "copying and comparing memory"
    owner = of_file(place["fl"], place["ob"])
    return of_file(place["home"], place["ob"]) if owner == STD else owner


def short(path: str) -> str:
    """A path of a source file without what differs from machine to machine."""
    for found in (re.search(r"/([A-Za-z0-9_-]+?)-\d+\.\d+[^/]*/src/(.*)", path), MEMBER.search(path)):
        if found:
            return f"{found[1]}/{found[2]}" if found.re is not MEMBER else path[found.start(2) :]
    return path.split("/library/")[-1].lstrip("./")


def of_file(path: str, program: str) -> str:
    if member := MEMBER.search(path):
        return f"{member[2]}: {member[3]}" if member[3] else member[2]
    if crate := CRATE.search(path):
        return crate[1]
    if "/rustc/" in path or "/library/" in path:
        return STD
    if path == "???" or path.startswith("./"):
        return Path(program).name or "unknown"
    return Path(path).name
