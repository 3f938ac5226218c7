/** The pages of previews in a real browser: on a wide screen and a phone, in light, in dark and on paper. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Preview } from '../../src/simulate/preview.ts';
import { previewPlan } from '../../src/simulate/preview-plan.ts';
import { walk } from '../../src/simulate/walk.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../plans.ts';
import { ADMITTED, drawingsOf, PREVIEW, poisonedPreview, previewHtml } from '../previews.ts';
import { looked } from '../worlds.ts';
import { type Measures, measured, pixelsOf, startBrowser } from './browser.ts';

const WIDTHS = [1280, 700, 390, 360];
/** Where pictures are also taken: they take most of the time. */
const PICTURED: readonly (readonly [width: number, scheme: string])[] = [
  [1280, 'light'],
  [390, 'dark'],
];
const SCHEMES = ['light', 'dark'] as const;
/** What WCAG 2 requires of text at level AA. */
const LEAST_CONTRAST = 4.5;

const folder = mkdtempSync(join(tmpdir(), 'blockplan-pages-'));
let browser: Browser;
/** One page for all tests: making a page takes longer than measuring it. */
let page: Page;
let canvas: Page;
/** The network requests and errors of the page since it was opened. */
let complaints: string[] = [];
let address = '';

beforeAll(async () => {
  browser = await startBrowser();
  canvas = await browser.newPage();
  page = await browser.newPage();
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', async (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== address) complaints.push(`request: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Opens a preview's page at that width, without the colour scheme of an earlier test. */
async function open(preview: Preview, width: number): Promise<void> {
  const file = join(mkdtempSync(join(folder, 'page-')), 'preview.html');
  writeFileSync(file, previewHtml(preview));
  complaints = [];
  address = pathToFileURL(file).href;
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ media: null, colorScheme: null });
  await page.goto(address);
}

function seen({ plan, graph }: ReturnType<typeof planned>, host = hostForPlans()): Preview {
  return previewPlan(plan, looked(host, walk(graph, host).files));
}

const LONG = `/new/${'folder-with-a-long-name/'.repeat(6)}${'x'.repeat(200)}`;

const CASES: [what: string, preview: Preview][] = [
  ...SHIPPED.map((file): [string, Preview] => [file, seen(shipped(file), hostFor(file))]),
  ['a preview with everything in it', ADMITTED],
  ['the same with an error', PREVIEW],
  [
    'long paths and a long id',
    seen(
      planned([
        `{ id: ${'long-'.repeat(12)}id, blockcopy: { disk: vda, dest: ${LONG}, shallow: true, pivot: true } }`,
      ]),
    ),
  ],
  [
    'a plan that stops on failure',
    seen(planned(['blockcommit: { disk: vda, shallow: true, pivot: true }'], 'stop')),
  ],
];

function expectInside({ scrollWidth, clientWidth, overflowing }: Measures): void {
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
  expect(overflowing).toEqual([]);
}

function expectLegible({ texts }: Measures): void {
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter(({ contrast }) => !(contrast >= LEAST_CONTRAST))).toEqual([]);
}

describe.each(CASES)('%s', (_, preview) => {
  test('everything is inside the screen, legible and drawn', async () => {
    await open(preview, 1280);
    for (const width of WIDTHS)
      for (const colorScheme of SCHEMES) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const measures = await measured(page);
        expectInside(measures);
        expectLegible(measures);
        expect(measures.drawings.length).toBe(drawingsOf(preview));
        for (const drawing of measures.drawings) {
          expect(drawing.left).toBeGreaterThanOrEqual(0);
          expect(drawing.left + drawing.width).toBeLessThanOrEqual(width);
          // In a smaller drawing the letters would not be legible.
          expect(drawing.width).toBeGreaterThan(300);
          expect(drawing.height).toBeGreaterThan(100);
        }
        if (!PICTURED.some(([at, scheme]) => at === width && scheme === colorScheme)) continue;
        for (const { colors, share, brightness } of await pixelsOf(
          page,
          measures.drawings,
          canvas,
        )) {
          expect(colors).toBeGreaterThan(20);
          expect(share).toBeLessThan(0.95);
          if (colorScheme === 'light') expect(brightness).toBeGreaterThan(200);
          else expect(brightness).toBeLessThan(70);
        }
      }
    expect(complaints).toEqual([]);
  });
});

test('on paper it is dark on white, whatever the colour scheme of the screen', async () => {
  await open(ADMITTED, 700);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const measures = await measured(page);
  expectInside(measures);
  expectLegible(measures);
  const whole = { left: 0, top: 0, width: 700, height: measures.scrollHeight };
  const [paper] = await pixelsOf(page, [whole], canvas);
  expect(paper?.brightness).toBeGreaterThan(220);
});

test('it fits with large letters, too', async () => {
  await open(ADMITTED, 640);
  await page.evaluate("document.documentElement.style.zoom = '2'");
  const { scrollWidth, clientWidth } = await measured(page);
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
});

test('a button copies its command, exactly', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(ADMITTED, 1280);
  const commands = await page.locator('main code.copy').allTextContents();
  expect(commands.length).toBeGreaterThan(2);
  const button = page.locator('main code.copy + button').first();
  await button.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => button.textContent()).toBe('Copied');
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(commands[0]);
  expect(complaints).toEqual([]);
});

test('without scripts everything is there but the buttons', async () => {
  await using context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.setContent(previewHtml(ADMITTED));
  expect(await plain.locator('button').count()).toBe(0);
  await plain.locator('summary').first().click();
  expect(await plain.getByText('--active --pivot').isVisible()).toBe(true);
});

test('on paper the folded commands are open, and there are no buttons', async () => {
  await open(ADMITTED, 700);
  await page.emulateMedia({ media: 'print' });
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  expect(await page.getByText('--active --pivot').isVisible()).toBe(true);
  expect(await page.locator('button').first().isVisible()).toBe(false);
});

test('a name that is markup stays a name', async () => {
  const name = `<script>alert(1)</script><img src=x onerror="alert(2)"><style>*{color:red}`;
  await open(poisonedPreview(name), 390);
  const { scripts, scrollWidth, clientWidth } = await measured(page);
  // The page's own.
  expect(scripts).toBe(1);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('style').count()).toBe(1);
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
  expect(await page.locator('h1').textContent()).toContain('<script>alert(1)</script>');
  expect(complaints).toEqual([]);
});

test('content that is inserted into the page does not run', async () => {
  await open(ADMITTED, 1280);
  const before = await page.locator('h1').evaluate('(h1) => getComputedStyle(h1).color');
  await page.evaluate(`
    document.body.insertAdjacentHTML('beforeend',
      '<img src="https://example.org/x.png" onerror="alert(1)"><style>h1 { color: red }</style>');
  `);
  await page.waitForFunction('[...document.images].every((image) => image.complete)');
  expect(await page.locator('h1').evaluate('(h1) => getComputedStyle(h1).color')).toBe(before);
  // The browser also reports a request that it blocked.
  expect(complaints.filter((each) => !each.startsWith('console: '))).toEqual([
    'request: https://example.org/x.png',
    'failed: https://example.org/x.png csp',
  ]);
});
