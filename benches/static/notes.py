"""Asks REDbot about a URL and prints what it notes as JSON. Run by the interpreter that has the package
`redbot`, once for each URL, as its event loop runs once: `python notes.py URL ["NAME: VALUE"]`.
"""

import json
import sys
from configparser import ConfigParser

import thor
from redbot.resource import HttpResource


def main() -> None:
    settings = ConfigParser()
    settings.read_dict({"redbot": {"enable_local_access": "True"}})
    headers = [tuple(field.split(": ", 1)) for field in sys.argv[2:]]
    print(json.dumps(check(settings["redbot"], sys.argv[1], headers)))


def check(settings, url: str, headers: list) -> dict:
    resource = HttpResource(settings)
    resource.set_request(url, headers=headers)

    @thor.events.on(resource)
    def check_done() -> None:
        thor.stop()

    resource.check()
    thor.run()
    notes = [told(note) for note in resource.response.notes]
    notes += [told(sub) for note in resource.response.notes for sub in note.subnotes]
    error = str(resource.fetch_error) if resource.fetch_error else None
    return {"status": resource.response.status_code, "error": error, "notes": notes}


def told(note) -> list:
    return [note.level.name, f"{note.category.value}: {note.summary}"]


if __name__ == "__main__":
    main()
