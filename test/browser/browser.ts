/** Debian's chromium, and what a page looks like in it. */
import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';

/** Starts the browser; it ends with the process that started it. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(PROGRAM)) {
    throw new Error(
      `There is no ${PROGRAM}: npm test installs it, and so does apt-get install chromium.`,
    );
  }
  // Root has no sandbox of Chromium's; the pages are our own and run nothing.
  return chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] });
}

/** A part of a page in CSS pixels, relative to its top and not to the scroll position. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The result of `measure.js`; all lengths in CSS pixels. */
export interface Measures {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly scrollHeight: number;
  readonly scripts: number;
  /** What extends beyond the screen, its drawing or its box. */
  readonly overflowing: readonly string[];
  readonly drawings: readonly Part[];
  readonly texts: readonly { readonly text: string; readonly contrast: number }[];
}

export function measured(page: Page): Promise<Measures> {
  return page.evaluate<Measures>(`${script('measure.js')}; measure()`);
}

/** The result of `pixels.js`. */
export interface Pixels {
  readonly colors: number;
  readonly share: number;
  readonly brightness: number;
}

/** What parts of a page look like; `canvas` is an empty page to decode the picture in. */
export async function pixelsOf(
  page: Page,
  parts: readonly Part[],
  canvas: Page,
): Promise<Pixels[]> {
  const png = (await page.screenshot({ fullPage: true })).toString('base64');
  return canvas.evaluate<Pixels[]>(
    `${script('pixels.js')}; pixels('${png}', ${JSON.stringify(parts)})`,
  );
}

function script(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}
