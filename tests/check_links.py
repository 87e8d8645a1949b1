#!/usr/bin/env python3
"""Checks a built site without sharing any code with Guidepost.

    tests/check_links.py FOLDER [--base-path /docs/] [--json REPORT] [--base-url URL]

Reads every file below FOLDER, parses the HTML with Python's own parser, and
reports:

- links, anchors, images, style sheets, scripts and `url()`s in style sheets
  that lead to something inside the site that does not exist;
- images without `alt`, ids that stand twice in a page, elements that are not
  closed or closed in the wrong order;
- addresses in `sitemap.xml` and Atom feeds that do not exist.

With the JSON report of the build that made the site, findings that Guidepost
named itself (`broken-link`, `broken-anchor`, `broken-image`) are subtracted,
and whatever it named that is not broken is a finding of its own.

Exit code 0 means that nothing is left. Needs Python 3.9 and nothing else.
"""

from __future__ import annotations

import argparse
import json
import posixpath
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
    "source", "track", "wbr",
}
# Elements whose end tag HTML lets writers leave out. Guidepost writes its own
# end tags always, but a site's raw HTML may not.
OPTIONAL_END = {
    "li", "dt", "dd", "p", "option", "thead", "tbody", "tfoot", "tr", "td", "th",
    "colgroup", "rt", "rp",
}
BROKEN = {"link": "broken-link", "anchor": "broken-anchor", "image": "broken-image"}


@dataclass(frozen=True)
class Finding:
    """Something wrong with one page: a kind, the target as written, words."""

    page: str
    kind: str
    target: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.page}:{self.line}" if self.line else self.page
        return f"{place}: {self.kind}: {self.message}"


@dataclass
class Reference:
    """A target that a page names."""

    kind: str
    target: str
    line: int


@dataclass
class Page:
    """What one HTML page holds."""

    ids: set = field(default_factory=set)
    names: set = field(default_factory=set)
    references: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    base: str = ""


class Reader(HTMLParser):
    """Fills a Page from HTML."""

    def __init__(self, path: str):
        super().__init__(convert_charrefs=True)
        self.path = path
        self.page = Page()
        self.open: list[tuple[str, int]] = []
        self.in_style = False

    def complain(self, kind: str, target: str, message: str) -> None:
        self.page.findings.append(
            Finding(self.path, kind, target, message, self.getpos()[0])
        )

    def refer(self, kind: str, target: str) -> None:
        self.page.references.append(Reference(kind, target, self.getpos()[0]))

    def handle_starttag(self, tag, attrs):
        self.element(tag, attrs)
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))
        self.in_style = tag == "style"

    def handle_startendtag(self, tag, attrs):
        # `<br/>` and, in SVG, `<path/>`. Anywhere else HTML ignores the slash.
        self.element(tag, attrs)
        inside_foreign = any(name in ("svg", "math") for name, _ in self.open)
        if tag not in VOID and not inside_foreign and tag not in ("svg", "math"):
            self.complain("markup", tag, f"<{tag}/> does not close the element in HTML")

    def handle_endtag(self, tag):
        self.in_style = False
        if tag in VOID:
            self.complain("markup", tag, f"</{tag}> closes an element that has no end")
            return
        while self.open and self.open[-1][0] != tag and self.open[-1][0] in OPTIONAL_END:
            if not any(name == tag for name, _ in self.open):
                break
            self.open.pop()
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
            return
        if any(name == tag for name, _ in self.open):
            name, line = self.open[-1]
            self.complain(
                "markup", tag, f"</{tag}> stands where <{name}> of line {line} is open"
            )
            while self.open and self.open[-1][0] != tag:
                self.open.pop()
            self.open.pop()
        else:
            self.complain("markup", tag, f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.in_style:
            for target in css_urls(data):
                self.refer("style", target)

    def finish(self) -> Page:
        self.close()
        for name, line in self.open:
            if name not in OPTIONAL_END:
                self.page.findings.append(
                    Finding(self.path, "markup", name, f"<{name}> is never closed", line)
                )
        return self.page

    def element(self, tag, attrs):
        seen = set()
        for name, _ in attrs:
            if name in seen:
                self.complain("markup", tag, f"<{tag}> has `{name}` twice")
            seen.add(name)
        values = {name: value if value is not None else "" for name, value in reversed(attrs)}
        if "id" in values:
            identity = values["id"]
            if not identity or re.search(r"\s", identity):
                self.complain("id", identity, f"the id {identity!r} is empty or has a space")
            elif identity in self.page.ids:
                self.complain("id", identity, f"the id `{identity}` stands twice")
            self.page.ids.add(identity)
        if tag == "a" and values.get("name"):
            self.page.names.add(values["name"])
        if tag == "base" and "href" in values:
            self.page.base = values["href"]
        if tag in ("a", "area") and "href" in values:
            self.refer("link", values["href"])
        if tag == "img":
            if "alt" not in values:
                self.complain("alt", values.get("src", ""), f"<img src={values.get('src', '')!r}> has no alt")
            self.refer("image", values.get("src", ""))
        if "srcset" in values and tag in ("img", "source"):
            for candidate in values["srcset"].split(","):
                if candidate.strip():
                    self.refer("image", candidate.split()[0])
        if tag in ("video", "audio", "source", "track", "embed", "iframe") and "src" in values:
            self.refer("media", values["src"])
        if tag == "video" and "poster" in values:
            self.refer("image", values["poster"])
        if tag == "object" and "data" in values:
            self.refer("media", values["data"])
        if tag == "script" and "src" in values:
            self.refer("script", values["src"])
        if tag == "link" and "href" in values:
            self.link_element(values)
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            match = re.search(r"url\s*=\s*['\"]?([^'\"]+)", values.get("content", ""), re.I)
            if match:
                self.refer("link", match.group(1).strip())
        if tag == "form" and "action" in values:
            self.refer("link", values["action"])
        if tag == "use" and ("href" in values or "xlink:href" in values):
            self.refer("link", values.get("href", values.get("xlink:href", "")))
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for identity in values.get(attribute, "").split():
                self.refer("idref", identity)
        for target in css_urls(values.get("style", "")):
            self.refer("style", target)

    def link_element(self, values):
        relations = values.get("rel", "").lower().split()
        if "preconnect" in relations or "dns-prefetch" in relations:
            self.complain("third-party", values["href"], f"<link rel={values['rel']!r}> speaks to another host")
        elif "stylesheet" in relations:
            self.refer("style", values["href"])
        else:
            self.refer("link", values["href"])


def css_urls(css: str) -> list[str]:
    """The targets of `url()` and `@import` in a style sheet."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    found = re.findall(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\"'\s]*))\s*\)", css)
    found += re.findall(r"@import\s+(?:\"([^\"]*)\"|'([^']*)')()", css)
    return [next((part for part in parts if part), "") for parts in found]


class Site:
    """A folder of files that a server would serve below a base path."""

    def __init__(self, folder: Path, base_path: str = "/", base_url: str = ""):
        self.folder = folder
        self.base_path = "/" + base_path.strip("/") + "/" if base_path.strip("/") else "/"
        self.base_url = base_url
        self.files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        self.pages: dict[str, Page] = {}
        for name, path in self.files.items():
            if name.lower().endswith((".html", ".htm")):
                reader = Reader(name)
                reader.feed(path.read_text(encoding="utf-8"))
                self.pages[name] = reader.finish()

    def address(self, name: str) -> str:
        """The path at which a server serves a file."""
        return self.base_path + (name[: -len("index.html")] if posixpath.basename(name) == "index.html" else name)

    def file_at(self, path: str) -> str | None:
        """The file that answers for a path, if there is one."""
        if not (path + "/").startswith(self.base_path):
            return None
        name = path[len(self.base_path):]
        if name == "" or name.endswith("/"):
            name += "index.html"
        if name in self.files:
            return name
        # A server sends `/a` on to `/a/`; a page read from a folder cannot.
        return f"{name}/index.html" if f"{name}/index.html" in self.files else None

    def resolve(self, page: str, target: str, base: str = "") -> tuple[str, str] | None:
        """Path and fragment of a target inside the site; None if it leads outside."""
        target = target.strip()
        if self.base_url and target.startswith(self.base_url.rstrip("/")):
            rest = target[len(self.base_url.rstrip("/")):]
            if rest == "" or rest[0] in "/?#":
                target = self.base_path.rstrip("/") + (rest or "/")
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            return None
        start = self.address(page)
        if base:
            start = posixpath.join(start, urlsplit(base).path)
        where, fragment = urldefrag(target)
        where = unquote(where.split("?", 1)[0])
        if where == "":
            return self.address(page), unquote(fragment)
        joined = posixpath.join(posixpath.dirname(start) + "/" if not start.endswith("/") else start, where)
        path = posixpath.normpath(joined)
        if path.startswith("//"):
            path = path[1:]
        if (where.endswith("/") or posixpath.basename(where) in (".", "..")) and path != "/":
            path += "/"
        return path, unquote(fragment)

    def check(self) -> list[Finding]:
        """Everything that is wrong with the site."""
        found: list[Finding] = []
        for name, page in self.pages.items():
            found += page.findings
            for reference in page.references:
                finding = self.check_reference(name, page, reference)
                if finding:
                    found.append(finding)
        for name, path in self.files.items():
            if name.endswith(".css"):
                for target in css_urls(path.read_text(encoding="utf-8")):
                    finding = self.check_reference(name, Page(), Reference("style", target, 0))
                    if finding:
                        found.append(finding)
            elif name.endswith(".xml"):
                found += self.check_xml(name, path)
        return found

    def check_reference(self, name: str, page: Page, reference: Reference) -> Finding | None:
        kind, target, line = reference.kind, reference.target, reference.line
        if kind == "idref":
            if target not in page.ids:
                return Finding(name, "idref", target, f"no element has the id `{target}`", line)
            return None
        scheme = urlsplit(target.strip()).scheme.lower()
        if scheme == "javascript":
            return Finding(name, "link", target, f"`{target}` is a script", line)
        if kind in ("script", "style") and (scheme in ("http", "https") or target.startswith("//")):
            if not self.base_url or not target.startswith(self.base_url):
                return Finding(name, "third-party", target, f"`{target}` is asked of another host", line)
        if kind == "image" and target.strip() == "":
            return Finding(name, "image", target, "an image has no source", line)
        resolved = self.resolve(name, target, page.base)
        if resolved is None:
            return None
        path, fragment = resolved
        file = self.file_at(path)
        if file is None:
            return Finding(name, kind, target, f"`{target}` leads to {path}, which does not exist", line)
        if fragment and file in self.pages and fragment != "top" and not fragment.startswith(":~:"):
            there = self.pages[file]
            if fragment not in there.ids and fragment not in there.names:
                return Finding(name, "anchor", target, f"`{target}` names `#{fragment}`, which {file} does not have", line)
        return None

    def check_xml(self, name: str, path: Path) -> list[Finding]:
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            return [Finding(name, "xml", "", f"is not well-formed: {error}")]
        found = []
        targets = [node.text or "" for node in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
        targets += [node.get("href", "") for node in root.iter("{http://www.w3.org/2005/Atom}link")]
        for target in targets:
            if not urlsplit(target).scheme:
                found.append(Finding(name, "xml", target, f"`{target}` is not absolute"))
                continue
            if not self.base_url or not target.startswith(self.base_url.rstrip("/")):
                continue
            resolved = self.resolve(name, target)
            if resolved and self.file_at(resolved[0]) is None:
                found.append(Finding(name, "xml", target, f"`{target}` does not exist"))
        return found


def named_by_guidepost(report: dict) -> list[dict]:
    """The broken links, anchors and images that a build's report names."""
    return [
        diagnostic
        for diagnostic in report.get("diagnostics", [])
        if diagnostic.get("rule") in BROKEN.values()
    ]


def folded_page(page: str) -> str:
    """A page's address without what an output style adds, for comparison."""
    page = re.sub(r"(^|/)index\.html$", "", page)
    return re.sub(r"\.html$", "", page).lower().replace(" ", "-")


def page_of(source: str) -> str:
    """The page that a source makes where its front matter says nothing else."""
    source = re.sub(r"^content/", "", source)
    source = re.sub(r"(^|/)(_index|index|README|readme)\.md$", "", source)
    return folded_page(re.sub(r"\.(md|markdown)$", "", source))


def subtract(found: list[Finding], report: dict) -> tuple[list[Finding], list[str]]:
    """Findings that Guidepost did not name, and what it named in vain.

    A finding is named when Guidepost complains by a rule of the same kind of
    the page's own source, in whose message the target stands as the page has
    it. Pages whose front matter moves them elsewhere (`slug`, `path`)
    cannot be told from their address, and their findings stay.
    """
    pool = defaultdict(list)
    for diagnostic in named_by_guidepost(report):
        pool[diagnostic["rule"]].append(
            {"message": diagnostic["message"], "where": f"{diagnostic['file']}:{diagnostic['line']}",
             "page": page_of(diagnostic["file"] or ""), "used": False}
        )
    left = []
    for finding in found:
        rules = {
            "link": ["broken-link"], "media": ["broken-link", "broken-image"],
            "anchor": ["broken-anchor"], "image": ["broken-image"],
        }.get(finding.kind, [])
        written = {finding.target, unquote(finding.target), finding.target.split("#")[-1]}
        match = None
        for rule in rules:
            for diagnostic in pool[rule]:
                if diagnostic["page"] != folded_page(finding.page):
                    continue
                if any(text and text in diagnostic["message"] for text in written):
                    match = diagnostic
                    if not diagnostic["used"]:
                        break
            if match:
                break
        if match:
            match["used"] = True
        else:
            left.append(finding)
    vain = [
        f"{diagnostic['where']}: {rule}: {diagnostic['message']}, but nothing in the output is broken"
        for rule, diagnostics in sorted(pool.items())
        for diagnostic in diagnostics
        if not diagnostic["used"]
    ]
    return left, vain


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Checks a built site for broken links and markup.")
    parser.add_argument("folder", type=Path, help="the output folder")
    parser.add_argument("--base-path", default="/", help="the path below which the site is served")
    parser.add_argument("--base-url", default="", help="the site's absolute URL, if it has one")
    parser.add_argument("--json", type=Path, help="the report of `guidepost build --json`")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        print(f"{options.folder} is not a folder", file=sys.stderr)
        return 2
    base_path = options.base_path
    if options.base_url and base_path == "/":
        base_path = urlsplit(options.base_url).path or "/"
    site = Site(options.folder, base_path, options.base_url)
    if not site.pages:
        print(f"{options.folder} holds no page", file=sys.stderr)
        return 2
    found = site.check()
    vain: list[str] = []
    named = 0
    if options.json:
        report = json.loads(options.json.read_text(encoding="utf-8"))
        named = len(named_by_guidepost(report))
        found, vain = subtract(found, report)
    for finding in found:
        print(finding)
    for line in vain:
        print(line)
    references = sum(len(page.references) for page in site.pages.values())
    print(
        f"{len(site.pages)} pages, {references} references, {named} named by the build, "
        f"{len(found) + len(vain)} findings left"
    )
    return 1 if found or vain else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
