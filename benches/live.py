"""Servers that watch a site, seen from outside: what they print, what they
serve, what an open page is told, and what they take of the machine."""

import http.client
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

WAIT = 300


class Watcher:
    """A running `guidepost watch`."""

    def __init__(self, binary, root, options=()):
        start = time.perf_counter()
        command = [binary, "--root", root, "watch", "--json", "--port", "0", *options]
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        self.events = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.origin = self.wait("ready")["url"]
        self.ready = time.perf_counter() - start

    def _read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))
        self.events.put({"event": "end"})

    def wait(self, kind):
        """The next event of a kind; those before it are dropped."""
        while True:
            event = self.events.get(timeout=WAIT)
            if event["event"] == kind:
                return event
            if event["event"] in ("end", "error"):
                raise SystemExit(f"instead of `{kind}`: {json.dumps(event)[:500]}")

    def forget_events(self):
        while not self.events.empty():
            self.events.get()

    def settle(self):
        """Waits until all has been quiet and looked at."""
        self.wait("settled")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        if self.process.wait(timeout=WAIT):
            raise SystemExit(f"the watcher ended with {self.process.returncode}")


class Pages:
    """Gets pages over one connection."""

    def __init__(self, origin):
        self.host = urlsplit(origin).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=WAIT)

    def get(self, address):
        """Status and bytes of a page."""
        for again in (True, False):
            try:
                self.connection.request("GET", address)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.RemoteDisconnected, ConnectionError):
                # A connection that was idle for long may have been closed.
                self.connection.close()
                if not again:
                    raise

    def close(self):
        self.connection.close()


class Stream:
    """The event stream of an open page, as its script holds it."""

    def __init__(self, pages, address):
        _, page = pages.get(address)
        at = re.search(rb'data-guidepost-at="([^"]+)"', page).group(1).decode()
        asking = urlencode({"page": address, "at": at})
        self.connection = http.client.HTTPConnection(pages.host, timeout=WAIT)
        self.connection.request("GET", f"/__guidepost/events?{asking}", headers={"Accept": "text/event-stream"})
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise SystemExit(f"no event stream for {address}: {self.answer.status}")
        # How things stand comes first: the last change, and whether all is well.
        self.next()
        self.next()

    def next(self):
        """The next event: its name and its data."""
        name, data = None, []
        while True:
            line = self.answer.readline().decode().rstrip("\r\n")
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].strip())
            elif not line and name:
                return name, json.loads("\n".join(data))

    def change(self):
        """Waits until the page is told of a new version of itself."""
        while True:
            name, data = self.next()
            if name == "problem":
                raise SystemExit(f"the site cannot be built: {data}")
            if name == "change" and data["page"]:
                return

    def close(self):
        self.answer.close()
        self.connection.close()


def resident(process):
    """Bytes of memory that a process holds (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) << 10


def account(process):
    """By thread, seconds on a processor and wake-ups so far (Linux)."""
    found = {}
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        try:
            seconds = int((task / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9
            status = (task / "status").read_text(encoding="ascii")
        except OSError:
            # The thread ended in between.
            continue
        switches = re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", status)
        found[task.name] = (seconds, int(switches.group(1)))
    return found


def spent(before, after):
    """What the threads that are there after took since before."""
    since = [(now, before.get(name, (0, 0))) for name, now in after.items()]
    return tuple(sum(now[at] - was[at] for now, was in since) for at in (0, 1))


def save(path, text):
    """Saves as many editors do: beside the file, then in its place."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
