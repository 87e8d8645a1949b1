"""Tests of what `benches/compare` and `benches/watch` compare."""

import importlib.machinery
import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent / "benches"
sys.path.insert(0, str(BENCHES))


def program(name):
    loader = importlib.machinery.SourceFileLoader(name, str(BENCHES / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


compare = program("compare")
watch = program("watch")


class VisibleText(unittest.TestCase):
    def seen(self, html):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "index.html"
            file.write_text(html, encoding="utf-8")
            return compare.visible(file)

    def test_markup_and_white_space_do_not_count(self):
        self.assertEqual(self.seen("<p>a <b>b</b>\n&amp; c<wbr>d"), "ab&cd")

    def test_pictures_count_by_their_text(self):
        self.assertEqual(self.seen('<p>a<img alt="b c">d'), "abcd")

    def test_what_readers_do_not_see_and_what_is_left_out(self):
        page = '<head><title>t</title></head><script>s</script><section class="similar"><p>x</p></section>'
        self.assertEqual(self.seen(page + "<li>3 min read</li>\n<i hidden>h</i>a"), "a")


class Check(unittest.TestCase):
    def site(self, top, text):
        for name in ["index.html", "fans/index.html", "fans/clean-000001/index.html"]:
            file = top / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"<p>{text}</p>" if "clean" in name else "", encoding="utf-8")
        for name in ["404.html", "robots.txt", "sitemap.xml"]:
            (top / name).write_text("", encoding="utf-8")

    def test_differences_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            one, other = Path(folder) / "one", Path(folder) / "other"
            self.site(one, "same")
            self.site(other, "same")
            self.assertTrue(compare.check(one, other, 1))
            self.assertFalse(compare.check(one, other, 2))
            self.site(other, "not the same")
            self.assertFalse(compare.check(one, other, 1))
            self.site(other, "same")
            (other / "fans" / "index.html").unlink()
            self.assertFalse(compare.check(one, other, 1))


class Served:
    """Pages of a server, by address."""

    def __init__(self, pages):
        self.pages = pages

    def get(self, address):
        page = self.pages.get(address)
        return (404, b"none") if page is None else (200, page)


class Stale(unittest.TestCase):
    def stale(self, pages):
        with tempfile.TemporaryDirectory() as folder:
            for name in ["", "fans/"]:
                file = Path(folder) / name / "index.html"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(f"<p>{name}</p></body>", encoding="utf-8")
            return watch.stale(Served(pages), Path(folder), ["/fans/", "/gone/"])

    def test_what_a_server_adds_does_not_count(self):
        script = b'<script src="/__guidepost/reload.js" data-guidepost-at="a.1"></script>'
        pages = {"/": b"<p></p>" + script + b"</body>", "/fans/": b"<p>fans/</p></body>"}
        self.assertEqual(self.stale(pages), (2, [], []))

    def test_old_missing_and_left_pages_are_found(self):
        pages = {"/": b"<p>old</p></body>", "/gone/": b"<p>gone</p>"}
        self.assertEqual(self.stale(pages), (2, ["/", "/fans/"], ["/gone/"]))


class Idle(unittest.TestCase):
    def test_threads_come_and_go(self):
        before = {"1": (1.0, 10), "2": (5.0, 500)}
        after = {"1": (1.5, 12), "3": (0.25, 3)}
        self.assertEqual(watch.spent(before, after), (0.75, 5))


class Edits(unittest.TestCase):
    def test_each_edit_differs_and_says_what_it_is_to_say(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "content").mkdir()
            for number in (1, 2):
                text = f'+++\ntitle = "T"\ntags = ["a", "b"]\n+++\n\nText {number}.\n'
                (root / "content" / f"a-{number:06}.md").write_text(text, encoding="utf-8")
            site = watch.Site(root, 1)
            self.assertEqual([path.name for path in site.guides], ["a-000001.md"])
            self.assertFalse(site.held[0].exists())
            guide = site.guides[0]
            self.assertEqual(site.address(guide), "/a-000001/")
            site.body(guide, "one")
            site.title(guide, "two")
            site.tags(guide, "three")
            text = '+++\ntitle = "Title two"\ntags = ["three"]\n+++\n\nText 1.\n\nChecked again: one.\n'
            self.assertEqual(guide.read_text(encoding="utf-8"), text)


if __name__ == "__main__":
    unittest.main()
