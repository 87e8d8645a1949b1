"""Tests of check_links.py on folders made by hand.

    python3 -m unittest discover -s tests
"""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import check_links  # noqa: E402


class Folder(unittest.TestCase):
    """Builds a folder of files and checks it."""

    def check(self, files, base_path="/", base_url="", report=None):
        with tempfile.TemporaryDirectory() as name:
            for path, text in files.items():
                target = Path(name, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            found = check_links.Site(Path(name), base_path, base_url).check()
            if report is None:
                return sorted(f"{f.page} {f.kind} {f.target}" for f in found)
            left, vain = check_links.subtract(found, report)
            return sorted(f"{f.page} {f.kind} {f.target}" for f in left), vain


class Links(Folder):
    def test_a_whole_site_has_no_findings(self):
        files = {
            "index.html": '<link rel="stylesheet" href="/s.css"><a href="/a/#x">a</a><a href="a/">a</a>'
                          '<a href="https://example.org/nowhere">out</a><a href="mailto:a@b.c">m</a><a href="#">top</a>',
            "a/index.html": '<h2 id="x">x</h2><img src="p.png" alt=""><a href="../">up</a><a href="..">up</a>'
                            '<a href="?q=1#x">self</a><a href="b%20c.html">b</a>',
            "a/b c.html": "<p>text",
            "a/p.png": "", "s.css": "a { background: url('a/p.png') } /* url(none.png) */",
        }
        self.assertEqual(self.check(files), [])

    def test_what_is_missing_is_found(self):
        files = {
            "index.html": '<a href="/none/">n</a><a href="a/#y">y</a><img src="none.png" alt="x">'
                          '<script src="none.js"></script><link rel="stylesheet" href="none.css">'
                          '<a href="#gone">g</a><div style="background:url(no.png)"></div>',
            "a/index.html": '<h2 id="x">x</h2><a href="../../out/">above</a>',
            "s.css": "@import 'none2.css';",
        }
        self.assertEqual(self.check(files), [
            "a/index.html link ../../out/",
            "index.html anchor #gone", "index.html anchor a/#y", "index.html image none.png",
            "index.html link /none/", "index.html script none.js", "index.html style no.png",
            "index.html style none.css", "s.css style none2.css",
        ])

    def test_a_base_path_holds_for_every_link(self):
        files = {"index.html": '<a href="/docs/a.html">a</a><a href="/a.html">a</a>', "a.html": ""}
        self.assertEqual(self.check(files, "/docs/"), ["index.html link /a.html"])

    def test_absolute_links_to_the_site_itself_are_followed(self):
        files = {"index.html": '<a href="https://me.example/docs/a/">a</a><a href="https://me.example/docs/b/">b</a>',
                 "a/index.html": ""}
        self.assertEqual(self.check(files, "/docs/", "https://me.example/docs/"),
                         ["index.html link https://me.example/docs/b/"])

    def test_scripts_and_styles_of_other_hosts_are_found(self):
        files = {"index.html": '<script src="https://cdn.example/x.js"></script>'
                               '<link rel="preconnect" href="https://fonts.example">'
                               '<a href="javascript:alert(1)">x</a>'}
        self.assertEqual(self.check(files), [
            "index.html link javascript:alert(1)", "index.html third-party https://cdn.example/x.js",
            "index.html third-party https://fonts.example"])

    def test_feeds_and_sitemaps_are_read(self):
        files = {
            "index.html": "",
            "sitemap.xml": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
                           "<url><loc>https://me.example/</loc></url><url><loc>https://me.example/no/</loc></url></urlset>",
            "atom.xml": '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/x"/></feed>',
            "bad.xml": "<a>",
        }
        self.assertEqual(self.check(files, base_url="https://me.example/"), [
            "atom.xml xml /x", "bad.xml xml ", "sitemap.xml xml https://me.example/no/"])


class Markup(Folder):
    def test_markup_that_does_not_close_is_found(self):
        for html, expected in [
            ("<div><p>a</div>", []),
            ("<ul><li>a<li>b</ul>", []),
            ("<svg><path/></svg><br/>", []),
            ("<div><span></div></span>", ["markup div", "markup span"]),
            ("<section>", ["markup section"]),
            ("</em>", ["markup em"]),
            ("<div/>", ["markup div"]),
            ("</br>", ["markup br"]),
            ('<p class="a" class="b">', ["markup p"]),
        ]:
            with self.subTest(html):
                self.assertEqual(self.check({"p.html": html}), [f"p.html {e}" for e in expected])

    def test_ids_and_alts(self):
        self.assertEqual(
            self.check({"p.html": '<p id="a"></p><p id="a"></p><p id=""></p><img src="p.html"><label for="no"></label>'}),
            ["p.html alt p.html", "p.html id ", "p.html id a", "p.html idref no"])


class Report(Folder):
    def report(self, *diagnostics, file="content/_index.md"):
        return {"diagnostics": [
            {"rule": rule, "level": "warning", "message": message, "file": file, "line": 3}
            for rule, message in diagnostics]}

    def test_what_the_build_named_is_subtracted(self):
        files = {"index.html": '<a href="b.md">b</a><img src="x.png" alt=""><a href="c.md">c</a>'}
        report = self.report(("broken-link", "no page `b.md`"), ("broken-image", "no image `x.png`"))
        self.assertEqual(self.check(files, report=report), (["index.html link c.md"], []))

    def test_a_rule_of_another_kind_names_nothing(self):
        files = {"index.html": '<img src="x.png" alt="">'}
        left, vain = self.check(files, report=self.report(("broken-link", "no page `x.png`")))
        self.assertEqual(left, ["index.html image x.png"])
        self.assertEqual(len(vain), 1)

    def test_what_the_build_named_in_vain_is_a_finding(self):
        files = {"index.html": '<a href="index.html">b</a>'}
        left, vain = self.check(files, report=self.report(("broken-link", "no page `index.html`")))
        self.assertEqual((left, len(vain)), ([], 1))

    def test_a_complaint_of_another_source_names_nothing(self):
        files = {"a/b/index.html": '<a href="x.md">b</a>', "c.html": '<a href="x.md">b</a>'}
        report = self.report(("broken-link", "no page `x.md`"), file="content/a/b.md")
        self.assertEqual(self.check(files, report=report), (["c.html link x.md"], []))

    def test_the_exit_code_says_it(self):
        with tempfile.TemporaryDirectory() as name:
            page = Path(name, "index.html")
            report = Path(name, "report.json")
            page.write_text('<a href="b.md">b</a>')
            report.write_text(json.dumps(self.report(("broken-link", "no page `b.md`"))))
            with contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(check_links.main([name]), 1)
                self.assertEqual(check_links.main([name, "--json", str(report)]), 0)
                page.write_text('<a href="index.html">b</a>')
                self.assertEqual(check_links.main([name, "--json", str(report)]), 1)
                self.assertEqual(check_links.main([name]), 0)


if __name__ == "__main__":
    unittest.main()
