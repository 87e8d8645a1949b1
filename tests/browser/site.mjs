// Builds and serves sites, and opens pages in Chromium, for the tests.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
/** The repository. */
export const top = resolve(here, '../..');
const guidepost = process.env.GUIDEPOST ?? join(top, 'target/debug/guidepost');

/** The source of axe-core, to be put into a page. */
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

const now = ['--now', '2026-11-20T12:00:00Z'];
const folders = [];

/** A new empty folder that `clean` takes away. */
export function temporary() {
  const folder = mkdtempSync(join(tmpdir(), 'guidepost-browser-'));
  folders.push(folder);
  return folder;
}

/** Takes all temporary folders away. */
export function clean() {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy of the project's own site, with lines put before its configuration. */
export function copyOfSite(lines = '') {
  const root = temporary();
  cpSync(join(top, 'content'), join(root, 'content'), { recursive: true });
  const configuration = readFileSync(join(top, 'guidepost.toml'), 'utf8');
  writeFileSync(join(root, 'guidepost.toml'), `${lines}\n${configuration}`);
  return root;
}

/** Builds a site and gives the output folder. */
export function build(root) {
  const out = join(root, 'public');
  execFileSync(guidepost, ['--root', root, 'build', '--strict', '--out', out, ...now], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return out;
}

/** Serves a site by `guidepost serve`; resolves to its address and a way to end it. */
export function serve(root) {
  const child = spawn(guidepost, ['--root', root, 'serve', '--port', '0', ...now]);
  let said = '';
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`no address within 60 s: ${said}`)), 60_000);
    const listen = (chunk) => {
      said += chunk;
      const address = said.match(/https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/);
      if (address) {
        clearTimeout(timer);
        done({ origin: address[0], end: () => child.kill() });
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => failed(new Error(`guidepost serve ended with ${code}: ${said}`)));
  });
}

/** Chromium with a profile of its own. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

/**
 * A page that remembers everything that it should not have: errors on the
 * console, scripts that failed, requests that failed or went elsewhere.
 */
export async function watchedPage(context, origin) {
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      faults.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    // What a page still asked for when it was left behind is no fault of its.
    const why = request.failure()?.errorText ?? '';
    if (why !== 'net::ERR_ABORTED') faults.push(`failed: ${request.url()}: ${why}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) {
      faults.push(`elsewhere: ${url}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && response.request().resourceType() !== 'document') {
      faults.push(`${response.status()}: ${response.url()}`);
    }
  });
  return { page, faults };
}
