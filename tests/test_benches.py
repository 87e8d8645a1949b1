"""Tests of what `benches/compare` compares."""

import importlib.machinery
import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent / "benches"
sys.path.insert(0, str(BENCHES))
loader = importlib.machinery.SourceFileLoader("compare", str(BENCHES / "compare"))
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
loader.exec_module(compare)


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


if __name__ == "__main__":
    unittest.main()
