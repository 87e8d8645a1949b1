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

/** Runs `guidepost` and resolves when what it says holds an address. */
function listening(options, end) {
  const child = spawn(guidepost, [...options, ...now]);
  let said = '';
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      failed(new Error(`no address within 3 minutes: ${said}`));
    }, 180_000);
    const listen = (chunk) => {
      said += chunk;
      const address = said.match(/https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/);
      if (address) {
        clearTimeout(timer);
        done({ origin: address[0], said: () => said, end: () => end(child) });
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => {
      clearTimeout(timer);
      failed(new Error(`guidepost ended with ${code}: ${said}`));
    });
  });
}

/** Serves a site by `guidepost serve`; resolves to its address and a way to end it. */
export function serve(root) {
  return listening(['--root', root, 'serve', '--port', '0'], (child) => child.kill());
}

/** Watches a site; resolves to its address, what was said, and a way to end it. */
export function watch(root, port = 0) {
  return listening(['--root', root, 'watch', '--port', String(port)], (child) => {
    if (child.exitCode !== null) return undefined;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill();
    return gone;
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
