/** Debian's chromium, and what a page looks like in it. */
import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

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

/** As `measure.js` tells it; all lengths in CSS pixels. */
export interface Measures {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly scripts: number;
  /** What leaves the screen, its drawing or its box. */
  readonly overflowing: readonly string[];
  readonly drawings: readonly {
    readonly id: string;
    readonly left: number;
    readonly right: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly texts: readonly { readonly text: string; readonly contrast: number }[];
}

export function measured(page: Page): Promise<Measures> {
  return page.evaluate<Measures>(`${script('measure.js')}; measure()`);
}

/** As `pixels.js` tells it. */
export interface Pixels {
  readonly colors: number;
  readonly share: number;
  readonly brightness: number;
}

/** What is to be seen of a part of a page; `canvas` is an empty page to decode the picture in. */
export async function pixelsOf(part: Locator, canvas: Page): Promise<Pixels> {
  const png = (await part.screenshot()).toString('base64');
  return canvas.evaluate<Pixels>(`${script('pixels.js')}; pixels('${png}')`);
}

function script(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}
