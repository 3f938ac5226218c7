/**
 * Calls a function of a source module as a user without rights over other users' processes. This needs a separate process:
 * Node refuses to change the user of a running one where io_uring may be enabled (CVE-2024-22017; Debian 13's Node does).
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const NOBODY = 65_534;

/** What the function returned, or what it threw: a message and, for blockplan's own errors, end and findings. */
export type Outcome =
  | { readonly value: unknown }
  | {
      readonly error: {
        readonly message: string;
        readonly end?: string;
        readonly findings?: unknown;
      };
    };

/**
 * @param module path of a source module below the repository's top, such as `src/host-io/files.ts`
 * @param name an async function that it exports, with a result that JSON can carry
 */
export async function asNobody(
  module: string,
  name: string,
  ...argv: readonly string[]
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'blockplan-nobody-'));
  chmodSync(folder, 0o755);
  try {
    const program = join(folder, 'program.mjs');
    await build({
      stdin: { contents: programOf(module, name), resolveDir: process.cwd() },
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      outfile: program,
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    return JSON.parse(await outputOf(program, argv)) as Outcome;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function programOf(module: string, name: string): string {
  return `import { ${name} } from './${module}';
${name}(...process.argv.slice(2)).then(
  (value) => ({ value }),
  ({ message, end, findings }) => ({ error: { message, end, findings } }),
).then((outcome) => console.log(JSON.stringify(outcome)));`;
}

function outputOf(program: string, argv: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...argv], {
    uid: NOBODY,
    gid: NOBODY,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`the program exited with ${code}`)),
    );
  });
}
