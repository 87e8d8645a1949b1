// A site with `relative-urls`, opened from a folder without any server.

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, clean, copyOfSite, launch, watchedPage } from './site.mjs';

let browser;
let out;

before(async () => {
  out = build(copyOfSite('relative-urls = true'));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  clean();
});

test('every page can be reached by links from the first, looks right and reports nothing', async () => {
  const context = await browser.newContext();
  const start = pathToFileURL(join(out, 'index.html')).href;
  const { page, faults } = await watchedPage(context, pathToFileURL(out).href);
  const seen = new Set([start]);
  for (const url of seen) {
    await page.goto(url);
    const { links, styled, broken } = await page.evaluate(() => ({
      links: [...document.querySelectorAll('a[href]')].map((link) => link.href),
      styled: [...document.styleSheets].length > 0,
      broken: [...document.images].filter((image) => image.complete && !image.naturalWidth).map((image) => image.src),
    }));
    assert.ok(styled, `${url} has no style`);
    assert.deepEqual(broken, [], url);
    for (const link of links.filter((link) => link.startsWith('file:'))) {
      const file = fileURLToPath(link.replace(/[?#].*/, ''));
      assert.ok(existsSync(file) && statSync(file).isFile(), `${url}: ${link} is no file`);
      if (file.endsWith('.html')) seen.add(link.replace(/[?#].*/, ''));
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(seen.size > 25, `only ${seen.size} pages were reached`);
  await context.close();
});

test('links are followed by clicks', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(pathToFileURL(join(out, 'index.html')).href);
  await page.locator('main a', { hasText: 'replacing a server' }).click();
  await page.waitForURL('**/guides/replace-server-fan/index.html');
  await page.locator('.prose a[href*="replace-raid-disk"]').click();
  await page.waitForURL('**/guides/replace-raid-disk/index.html');
  await page.locator('.prose a[href*="#fixed-fans"]').click();
  await page.waitForURL('**/guides/replace-server-fan/index.html#fixed-fans');
});
