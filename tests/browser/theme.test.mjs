// The default theme in a browser: every kind of page, small and large, light
// and dark, with and without a script, on paper.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, clean, copyOfSite, launch, serve, watchedPage } from './site.mjs';

const GUIDE = '/guides/renew-tls-certificate/';
const ARTICLE = '/guides/choosing-cache-boundaries/';
const PAGES = [
  '/', '/guides/', '/manual/', '/tags/', '/tags/hardware/', GUIDE, ARTICLE,
  '/guides/replace-ups-battery/', '/manual/markdown/', '/manual/code-blocks/', '/manual/diagnostics/',
];
const MISSING = '/there/is/no/such/page/';

let browser;
let server;

before(async () => {
  server = await serve(copyOfSite());
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.end();
  clean();
});

/** Opens a path in a context of its own, runs `look`, and closes it. */
async function visit(path, options, look) {
  const context = await browser.newContext(options);
  try {
    const { page, faults } = await watchedPage(context, server.origin);
    const response = await page.goto(server.origin + path, { waitUntil: 'load' });
    await look(page, faults, response, context);
  } finally {
    await context.close();
  }
}

/** What sticks out of the window to the right, as words. */
function overflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      .filter((element) => !element.closest('pre, .table-wrap, [tabindex]'))
      .slice(0, 5)
      .map((element) => `${element.tagName}.${element.className}`)
      .concat(`${root.scrollWidth} > ${root.clientWidth}`);
  });
}

describe('every page', () => {
  for (const path of PAGES) {
    test(`${path} asks nobody else, reports no error and fits at any width`, async () => {
      for (const width of [320, 360, 768, 1280]) {
        await visit(path, { viewport: { width, height: 800 } }, async (page, faults, response) => {
          assert.equal(response.status(), 200);
          assert.deepEqual(await overflow(page), [], `at ${width} px`);
          assert.deepEqual(faults, [], `at ${width} px`);
        });
      }
    });
  }

  test('an address that does not exist has a page with a way back', async () => {
    await visit(MISSING, {}, async (page, faults, response) => {
      assert.equal(response.status(), 404);
      await page.locator('main a[href]').first().click();
      assert.equal(new URL(page.url()).pathname, '/');
      // Chromium itself reports the page's own status on the console.
      assert.deepEqual(faults.filter((fault) => !fault.includes(MISSING)), []);
    });
  });

  test('an old address leads to the new one', async () => {
    await visit('/guides/postgres-restore/', {}, async (page) => {
      await page.waitForURL('**/guides/restore-postgresql-backup/');
    });
  });
});

describe('accessibility', () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const path of [...PAGES, MISSING]) {
      test(`${path} has no violation in ${colorScheme}`, async () => {
        await visit(path, { colorScheme }, async (page) => {
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          const told = violations.map(
            (violation) => `${violation.id}: ${violation.help}\n  ` +
              violation.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join('\n  '),
          );
          assert.deepEqual(told, []);
        });
      });
    }
  }

  test('the tab key reaches the link that skips to the text first', async () => {
    await visit(GUIDE, {}, async (page) => {
      await page.keyboard.press('Tab');
      const target = await page.evaluate(() => document.activeElement.getAttribute('href'));
      assert.match(target, /^#./);
      assert.ok(await page.evaluate(() => {
        const box = document.activeElement.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && box.top >= 0 && box.left >= 0;
      }), 'the link is seen while it has the focus');
      await page.keyboard.press('Enter');
      assert.ok(await page.locator(target).count(), 'its target exists');
    });
  });
});

describe('without a script', () => {
  for (const path of PAGES) {
    test(`${path} reads the same`, async () => {
      const text = async (javaScriptEnabled) => {
        let words;
        await visit(path, { javaScriptEnabled }, async (page, faults) => {
          assert.deepEqual(faults, []);
          // Buttons are what scripts add.
          const all = await page.locator('main').innerText();
          const buttons = await page.locator('main button').allInnerTexts();
          words = all.split(/\s+/).filter((word) => word && !buttons.includes(word)).join(' ');
          if (!javaScriptEnabled) {
            assert.equal(await page.locator('button:visible').count(), 0, 'no dead button');
          }
        });
        return words;
      };
      assert.equal(await text(false), await text(true));
    });
  }
});

describe('light and dark', () => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  test('the page follows the system', async () => {
    const seen = [];
    for (const colorScheme of ['light', 'dark']) {
      await visit(GUIDE, { colorScheme }, async (page) => seen.push(await background(page)));
    }
    assert.notEqual(seen[0], seen[1]);
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`code has colours in both, ${javaScriptEnabled ? 'with' : 'without'} a script`, async () => {
      const seen = [];
      for (const colorScheme of ['light', 'dark']) {
        await visit(ARTICLE, { colorScheme, javaScriptEnabled }, async (page) => {
          const colours = await page.evaluate(() =>
            [...document.querySelectorAll('pre code span')].map((span) => getComputedStyle(span).color));
          assert.ok(new Set(colours).size > 1, 'more than one colour');
          seen.push(colours.join());
        });
      }
      assert.notEqual(seen[0], seen[1]);
    });
  }

  test('the switch turns the page over and is remembered', async () => {
    await visit(GUIDE, { colorScheme: 'light' }, async (page, faults) => {
      const light = await background(page);
      const button = page.locator('.theme-switch');
      // The switch may pass through a state that follows the system.
      for (let clicks = 0; clicks < 3 && await background(page) === light; clicks += 1) {
        await button.click();
      }
      const dark = await background(page);
      assert.notEqual(dark, light);
      await page.reload();
      assert.equal(await background(page), dark);
      await page.goto(server.origin + '/');
      assert.equal(await background(page), dark);
      assert.deepEqual(faults, []);
    });
  });
});

describe('the copy button', () => {
  const copied = async (page, context, block) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await block.getByRole('button', { name: /copy/i }).click();
    await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== '');
    return page.evaluate(() => navigator.clipboard.readText());
  };

  test('copies the commands of a session without prompts and answers', async () => {
    await visit(GUIDE, {}, async (page, faults, response, context) => {
      const block = page.locator('.code-block, figure.code, div.code')
        .filter({ hasText: 'syntax is ok' }).first();
      const text = await copied(page, context, block);
      assert.equal(text.trimEnd(), 'sudo nginx -t\nsudo systemctl reload nginx');
      assert.deepEqual(faults, []);
    });
  });

  test('copies other code as it is', async () => {
    await visit(ARTICLE, {}, async (page, faults, response, context) => {
      const block = page.locator('.code-block, figure.code, div.code').first();
      const text = await copied(page, context, block);
      assert.equal(text.trimEnd(), [
        'from fastapi import FastAPI', 'app = FastAPI()', '', "@app.get('/health')",
        'def health():', "    return {'ok': True}",
      ].join('\n'));
    });
  });
});

describe('on paper', () => {
  test('there is the guide and nothing else', async () => {
    await visit(GUIDE, {}, async (page) => {
      await page.emulateMedia({ media: 'print' });
      for (const chrome of [
        '.site-header', '.site-footer', '.skip', '.breadcrumbs', '.neighbours', '.theme-switch', 'nav', 'button',
      ]) {
        assert.equal(await page.locator(`${chrome}:visible`).count(), 0, `${chrome} is printed`);
      }
      for (const content of ['h1', 'h2', '.prose p', 'pre', 'table', '.admonition']) {
        assert.ok(await page.locator(`${content}:visible`).count(), `${content} is not printed`);
      }
      // A4 between margins of 2 cm is 643 px wide.
      await page.setViewportSize({ width: 643, height: 972 });
      assert.deepEqual(await overflow(page), []);
      const wrapped = await page.evaluate(() =>
        [...document.querySelectorAll('pre')].every((pre) => pre.scrollWidth <= pre.clientWidth + 1));
      assert.ok(wrapped, 'code is cut off');
    });
  });
});
