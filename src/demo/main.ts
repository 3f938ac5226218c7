/** `npm run demo`: on a private libvirt host or, with `--simulated`, on a host that exists only in this process. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveDemo } from './live.ts';
import { Narrator } from './narrator.ts';
import { simulatedDemo } from './simulated.ts';

/** The root of the clone: this file is `dist/demo.js` when it runs. */
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** `--simulated` may be followed by the reason why a real host is not available. */
async function main([option, reason]: readonly string[]): Promise<number> {
  const narrator = new Narrator();
  try {
    if (option === '--simulated') await simulatedDemo(narrator, ROOT, reason);
    else await liveDemo(narrator, ROOT);
    return 0;
  } catch (error) {
    if (narrator.interrupted) {
      process.stdout.write('\nInterrupted.\n');
      return 130;
    }
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
