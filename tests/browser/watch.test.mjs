// `guidepost watch` in a browser: what is saved is seen, where the reader is.
// Everything waits for what it expects, as long as a slow machine may take.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { clean, copyOfSite, launch, top, watch, watchedPage } from './site.mjs';

const GUIDE = '/guides/renew-tls-certificate/';
const SOURCE = 'content/guides/renew-tls-certificate.md';
const OTHER = '/guides/replace-raid-disk/';
const WAIT = 120_000;
const PROBLEM = '#guidepost-problem';

let browser;
let context;
let page;
let faults;
let root;
let server;

before(async () => {
  root = copyOfSite();
  server = await watch(root);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.end();
  clean();
});

let original;

beforeEach(async () => {
  original = read(SOURCE);
  context = await browser.newContext({ viewport: { width: 1280, height: 700 } });
  context.setDefaultTimeout(WAIT);
  await open(GUIDE);
});

afterEach(async () => {
  await context.close();
  save(SOURCE, original);
});

/** Opens a page and marks its window; a page that is loaded again loses the mark. */
async function open(path) {
  ({ page, faults } = await watchedPage(context, server.origin));
  await page.goto(server.origin + path, { waitUntil: 'load', timeout: WAIT }).catch((error) => {
    throw new Error(`${error.message}\n${faults.join('\n')}\n${server.said()}`);
  });
  await page.evaluate(() => { globalThis.mark = 'same window'; });
}

const marked = () => page.evaluate(() => globalThis.mark === 'same window');

function read(path) {
  return readFileSync(join(root, path), 'utf8');
}

/** Saves a file as many editors do: beside it, then in its place. */
function save(path, text) {
  const file = join(root, path);
  writeFileSync(`${file}~`, text);
  renameSync(`${file}~`, file);
}

/** Saves a guide with one text in place of another. */
function edit(from, to) {
  const text = read(SOURCE);
  assert.ok(text.includes(from), `no "${from}" in ${SOURCE}`);
  save(SOURCE, text.replace(from, to));
}

const append = (text) => save(SOURCE, `${read(SOURCE)}\n${text}\n`);
const seen = (text) => page.locator('main', { hasText: text }).waitFor();

/** Scrolls to a heading; says where it then is in the window, and the page. */
async function scrollTo(id) {
  return page.evaluate((id) => {
    const heading = document.getElementById(id);
    scrollTo({ top: heading.getBoundingClientRect().top + scrollY - 150, behavior: 'instant' });
    return { heading: heading.getBoundingClientRect().top, page: scrollY };
  }, id);
}

const place = (id) => page.evaluate(
  (id) => ({ heading: document.getElementById(id).getBoundingClientRect().top, page: scrollY }), id,
);

test('an edit is seen in the same window, which stays where it is', async () => {
  const was = await scrollTo('way-back');
  assert.ok(was.page > 400, `scrolled by ${was.page}`);
  append('Said at the very end.');
  await seen('Said at the very end.');
  assert.deepEqual(await place('way-back'), was);
  // What is read stays in sight when something above it grows.
  edit('## Look first', 'One.\n\nTwo.\n\nThree more paragraphs.\n\n## Look first');
  await seen('Three more paragraphs.');
  await page.waitForFunction(
    ([id, top]) => Math.abs(document.getElementById(id).getBoundingClientRect().top - top) < 3,
    ['way-back', was.heading],
  );
  assert.ok((await place('way-back')).page > was.page, 'the page is longer above');
  assert.ok(await marked(), 'the page was loaded again');
  assert.deepEqual(faults, []);
});

test('a new title is seen in the tab and on the page', async () => {
  edit('title = "Renew a TLS certificate with Certbot"', 'title = "Renew it by hand"');
  await page.waitForFunction(() => document.title.startsWith('Renew it by hand'));
  await page.locator('h1', { hasText: 'Renew it by hand' }).waitFor();
  assert.ok(await marked());
  assert.deepEqual(faults, []);
});

test('a guide that cannot be built is said with its place, until it is mended', async () => {
  const was = await scrollTo('way-back');
  const good = read(SOURCE);
  edit('difficulty = "easy"', 'difficulty = "easy');
  const overlay = page.locator(PROBLEM);
  await overlay.waitFor();
  const finding = await page.locator(`${PROBLEM} pre`).first().textContent();
  const line = good.split('\n').findIndex((text) => text.startsWith('difficulty')) + 1;
  assert.ok(finding.includes(`${SOURCE}:${line}`), finding);
  assert.ok(finding.includes('difficulty = "easy'), finding);
  // The terminal says the same.
  assert.ok(server.said().includes(`${SOURCE}:${line}`), server.said());
  // The last good page stays below it.
  await page.locator('main', { hasText: 'Certbot renews on its own' }).waitFor();
  assert.deepEqual(await place('way-back'), was);

  // Who comes now is told too, whatever page it is.
  const other = await watchedPage(context, server.origin);
  await other.page.goto(server.origin + OTHER, { waitUntil: 'load' });
  await other.page.locator(`${PROBLEM} pre`, { hasText: SOURCE }).first().waitFor();

  save(SOURCE, `${good}\nMended.\n`);
  await overlay.waitFor({ state: 'detached' });
  await seen('Mended.');
  await other.page.locator(PROBLEM).waitFor({ state: 'detached' });
  assert.deepEqual(await place('way-back'), was);
  assert.ok(await marked());
  assert.deepEqual([...faults, ...other.faults], []);
});

test('the message can be put aside', async () => {
  edit('difficulty = "easy"', 'difficulty = "easy');
  await page.locator(PROBLEM).waitFor();
  await page.locator(`${PROBLEM} button`).click();
  await page.locator(PROBLEM).waitFor({ state: 'detached' });
});

test('a style is changed without loading the page again', async () => {
  const was = await scrollTo('way-back');
  const theme = readFileSync(join(top, 'static/guidepost.css'), 'utf8');
  mkdirSync(join(root, 'static'), { recursive: true });
  for (const colour of ['rgb(1, 20, 3)', 'rgb(40, 5, 6)']) {
    save('static/guidepost.css', `${theme}\nhtml body { background: ${colour} !important; }\n`);
    await page.waitForFunction(
      (colour) => getComputedStyle(document.body).backgroundColor === colour, colour,
    );
    // The old sheet goes when the new one is there.
    await page.waitForFunction(() => document.querySelectorAll('link[rel=stylesheet]').length === 1);
  }
  assert.deepEqual(await place('way-back'), was);
  assert.ok(await marked(), 'the page was loaded again');
  assert.deepEqual(faults, []);
});

test('a sheet of the site without a digest in its name is changed in place', async () => {
  mkdirSync(join(root, 'static'), { recursive: true });
  mkdirSync(join(root, 'templates/partials'), { recursive: true });
  save('static/custom.css', 'h1 { outline: 3px solid rgb(1, 2, 3); }');
  const head = readFileSync(join(top, 'templates/partials/head.html'), 'utf8');
  save('templates/partials/head.html', `${head}<link rel="stylesheet" href="/custom.css">\n`);
  const outlined = (colour) => page.waitForFunction(
    (colour) => getComputedStyle(document.querySelector('h1')).outlineColor === colour, colour,
  );
  await outlined('rgb(1, 2, 3)');
  await page.evaluate(() => { globalThis.mark = 'same window'; });
  for (const colour of ['rgb(40, 50, 60)', 'rgb(7, 8, 9)']) {
    save('static/custom.css', `h1 { outline: 3px solid ${colour}; }`);
    await outlined(colour);
  }
  await page.waitForFunction(() => document.querySelectorAll('link[href*="custom.css"]').length === 1);
  assert.ok(await marked(), 'the page was loaded again');
});

test('code that was changed can be copied, and only once', async () => {
  const buttons = () => page.locator('.code .copy').count();
  const blocks = await page.locator('.code').count();
  assert.equal(await buttons(), blocks);
  edit('sudo nginx -t && sudo systemctl reload nginx\n```\n\nThat buys', 'sudo nginx -t\n```\n\nThat buys');
  append('```console\n$ echo new\n```');
  await seen('echo new');
  await page.waitForFunction(
    (blocks) => document.querySelectorAll('.code').length === blocks
      && [...document.querySelectorAll('.code')].every((code) => code.querySelectorAll('.copy').length === 1),
    blocks + 1,
  );
  assert.ok(await marked());
  assert.deepEqual(faults, []);
});

test('the contents follow new headings', async () => {
  edit('## Way back', '## A new chapter\n\nWith words.\n\n## Way back');
  await page.locator('.toc a[href="#a-new-chapter"]').first().waitFor({ state: 'attached' });
  await scrollTo('a-new-chapter');
  await page.evaluate(() => scrollBy({ top: 100, behavior: 'instant' }));
  await page.locator('.toc a[href="#a-new-chapter"][aria-current]').first().waitFor({ state: 'attached' });
  assert.ok(await marked());
});

test('a template is seen, and the window stays where it is', async () => {
  const was = await scrollTo('way-back');
  mkdirSync(join(root, 'templates/partials'), { recursive: true });
  const footer = readFileSync(join(top, 'templates/partials/footer.html'), 'utf8');
  save('templates/partials/footer.html', `${footer}<p class="below">Below everything</p>\n`);
  await page.locator('.below').waitFor({ state: 'attached' });
  await page.waitForFunction(
    ([id, top]) => Math.abs(document.getElementById(id).getBoundingClientRect().top - top) < 3,
    ['way-back', was.heading],
  );
});

test('a page catches up with a watcher that was away', async () => {
  await server.end();
  append('Saved while nobody watched.');
  server = await watch(root, new URL(server.origin).port);
  await seen('Saved while nobody watched.');
  append('And once more.');
  await seen('And once more.');
});

test('nothing of it is in what is published', () => {
  const folder = join(root, '.guidepost/watch/site/guides/renew-tls-certificate');
  const published = readFileSync(join(folder, 'index.html'), 'utf8');
  assert.ok(!published.includes('__guidepost'));
});
