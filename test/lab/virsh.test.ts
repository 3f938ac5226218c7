import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BlockplanError } from '../../src/errors.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { byExactName } from '../../src/libvirt/by-uuid.ts';
import { uuidOf } from '../../src/libvirt/observe.ts';
import { openVirsh, type Virsh } from '../../src/libvirt/virsh.ts';
import { childrenOf, processOf, stillThere } from './processes.ts';

/** libvirt's built-in test driver: inside virsh itself, no daemon, one running domain "test". */
const BUILT_IN = 'test:///default';

async function failureOf(promise: Promise<unknown>): Promise<BlockplanError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BlockplanError) return error;
  throw error ?? new Error('it did not fail');
}

const codeOf = async (promise: Promise<unknown>) => (await failureOf(promise)).findings[0]?.code;

describe('a session on the built-in test driver', () => {
  let virsh: Virsh;
  beforeEach(async () => {
    virsh = await openVirsh(localHost, { uri: BUILT_IN });
  });
  afterEach(() => virsh.close());

  it('answers like a separate virsh', async () => {
    const { stdout } = await execa('virsh', ['-c', BUILT_IN, 'dumpxml', 'test'], {
      stripFinalNewline: false,
    });
    const answer = await virsh.run(['dumpxml', '--domain', 'test']);
    expect(answer).toMatchObject({ ok: true, stderr: '', argv: ['dumpxml', '--domain', 'test'] });
    expect(`${answer.stdout}\n`).toBe(stdout);
    expect(virsh.uri).toBe(BUILT_IN);
  });

  it('reports an error of libvirt, of virsh, and of its parser, and continues', async () => {
    const missing = await virsh.run(['domstate', '--domain', "no'such"]);
    expect(missing).toMatchObject({
      ok: false,
      error: "failed to get domain 'no'such'",
    });
    expect(missing).not.toHaveProperty('stdout');
    const refused = await virsh.run(['start', '--domain', 'test']);
    expect(refused).toMatchObject({ ok: false, error: 'Domain is already active' });
    const unknown = await virsh.run(['nosuch', '--x']);
    expect(unknown).toMatchObject({ ok: false, error: "unknown command: 'nosuch'" });
    const option = await virsh.run(['list', '--nosuch']);
    expect(option).toMatchObject({
      ok: false,
      error: "command 'list' doesn't support option --nosuch",
    });
    expect((await virsh.run(['domstate', '--domain', 'test'])).stdout).toBe('running\n');
  });

  it('keeps output that looks like its own prompt or an echo', async () => {
    for (const text of ['virsh # ', 'virsh # echo x', 'error: x', 'echo x; quit']) {
      expect((await virsh.run(['echo', '--string', text])).stdout).toBe(text);
      expect((await virsh.run(['echo', '--string', text])).ok).toBe(true);
    }
  });

  it('gives 200 answers in the order of the questions, asked one by one or at once', async () => {
    const asked = Array.from({ length: 200 }, (_, index) => [
      ['dumpxml', '--domain', 'test'],
      ['echo', '--string', `answer ${index}`],
    ]).flat();
    const single = await Promise.all(asked.map((argv) => virsh.run(argv)));
    const together = await virsh.runAll(asked);
    for (const answers of [single, together]) {
      expect(answers.map(({ argv }) => argv)).toEqual(asked);
      answers.forEach(({ stdout }, index) => {
        if (index % 2) expect(stdout).toBe(`answer ${(index - 1) / 2}`);
        else expect(stdout).toMatch(/^<domain type='test'[\s\S]*<\/domain>\n$/);
      });
    }
  });

  it('carries lines that are longer than any buffer', async () => {
    for (const length of [4094, 4096, 5000, 70_000]) {
      const text = 'ab–'.repeat(length / 3);
      expect((await virsh.run(['echo', '--string', text])).stdout).toBe(text);
    }
  });

  it('runs all or none if one of several cannot be sent', async () => {
    const both = virsh.runAll([
      ['define', '--file', '/nowhere'],
      ['echo', 'a\nb'],
    ]);
    expect(await codeOf(both)).toBe('BP090');
    expect(await virsh.runAll([])).toEqual([]);
  });

  it('kills a virsh that does not answer in time, and names the command', async () => {
    const hung = virsh.run(['event', '--event', 'reboot'], { timeoutMs: 200 });
    const behind = virsh.run(['list']);
    const error = await failureOf(hung);
    expect(error.end).toBe('uncertain');
    expect(error.message).toContain('"virsh event --event reboot" got no answer within 0.2 s');
    expect(await codeOf(behind)).toBe('BP201');
    expect(virsh.alive).toBe(false);
    expect(await virsh.closed).toMatchObject({ asked: false });
    // The error comes before the killed process has ended.
    await expect.poll(() => childrenOf(process.pid), { timeout: 60_000 }).toEqual([]);
  });

  it('never sends a command whose signal was aborted in the queue', async () => {
    const giveUp = new AbortController();
    const first = virsh.run(['domstate', '--domain', 'test']);
    const second = virsh.run(['destroy', '--domain', 'test'], { signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    expect((await first).ok).toBe(true);
    expect((await virsh.run(['domstate', '--domain', 'test'])).stdout).toBe('running\n');
  });

  it('ends the session if a command is aborted after it was sent', async () => {
    const giveUp = new AbortController();
    const running = virsh.run(['event', '--event', 'reboot'], { signal: giveUp.signal });
    setTimeout(() => giveUp.abort(), 50);
    expect(await codeOf(running)).toBe('BP201');
    expect(virsh.alive).toBe(false);
  });

  it('notices that virsh has exited', async () => {
    expect(await codeOf(virsh.run(['quit']))).toBe('BP201');
    expect(virsh.alive).toBe(false);
    expect(await codeOf(virsh.run(['list']))).toBe('BP201');
  });

  it('rejects open requests when it is closed', async () => {
    const open = virsh.run(['event', '--event', 'reboot']);
    setTimeout(() => void virsh.close(), 50);
    expect(await codeOf(open)).toBe('BP201');
    expect(await virsh.closed).toEqual({ asked: true, reason: 'the session was closed' });
    await virsh.close();
  });
});

describe('arguments through the real parser', () => {
  let virsh: Virsh;
  beforeAll(async () => {
    virsh = await openVirsh(localHost, { uri: BUILT_IN });
  });
  afterAll(() => virsh.close());

  const NASTY = [
    ...[
      '',
      ' ',
      '--',
      '-',
      '--help',
      '--err',
      '--xml',
      '--x=y',
      '-x',
      '---',
      '#',
      '#x',
      ';',
      'a;b',
    ],
    ...[
      "'",
      '"',
      '\\',
      '\\\\',
      "\\'",
      '\\"',
      '!!',
      '!x',
      '$(id)',
      '`id`',
      '~',
      '*',
      '%s',
      '&',
      '|',
    ],
    ...[
      '\n',
      '\r',
      '\t',
      '\0',
      '\u0003',
      '\u0004',
      '\u0015',
      '\u001b[A',
      '\u007f',
      '\u0085',
      '\u009b',
    ],
    ...[
      'é',
      'e\u0301',
      '👩‍🚀',
      '\u{10ffff}',
      '\ufffe',
      '\u202e',
      '\ud83d',
      '\udc00',
      'quit',
      'echo',
    ],
  ];
  const character = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.constantFrom(...NASTY),
  );
  const anything = fc.string({ unit: character, maxLength: 40 });
  /** The same kinds of characters, without those that must be refused: otherwise almost no vector would be sent. */
  const sendable = anything.map((text) => [...text].filter((one) => !isUnsendable(one)).join(''));

  function isUnsendable(text: string): boolean {
    return [...text].some((one) => {
      const code = one.codePointAt(0) ?? 0;
      return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0xd800 && code <= 0xdfff);
    });
  }

  it('returns any string as exactly one argument, or refuses it before it is sent', async () => {
    let sent = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, sendable), async (text) => {
        const answer = virsh.run(['echo', '--string', text, '--shell']);
        if (isUnsendable(text)) {
          refused++;
          expect(await codeOf(answer)).toBe('BP090');
        } else {
          sent++;
          expect((await answer).stderr).toBe('');
          expect(unquoted((await answer).stdout ?? '')).toEqual([text]);
        }
      }),
      { numRuns: 1500, examples: NASTY.map((text) => [text]) },
    );
    expect(sent).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(100);
    expect(virsh.alive).toBe(true);
  });

  it('keeps the number and the limits of many arguments, after -- as well as named', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sendable, { minLength: 1, maxLength: 8 }), async (texts) => {
        const [free, named] = await virsh.runAll([
          ['echo', '--shell', '--', ...texts],
          ['echo', '--shell', ...texts.flatMap((text) => ['--string', text])],
        ]);
        expect(unquoted(free?.stdout ?? '')).toEqual(texts);
        expect(unquoted(named?.stdout ?? '')).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });

  /** Reads the output of `virsh echo --shell`: bare words, and '…' with '\'' inside. */
  function unquoted(line: string): string[] {
    const words: string[] = [];
    const word = /(?:'[^']*'|\\'|[^' ])+/y;
    while (word.lastIndex < line.length) {
      const found = word.exec(line)?.[0];
      if (found === undefined) throw new Error(`not quoted for a shell: ${line}`);
      words.push(found.replace(/'([^']*)'|\\(')/g, '$1$2'));
      const space = line[word.lastIndex] ?? ' ';
      expect(space).toBe(' ');
      word.lastIndex++;
    }
    return words;
  }
});

it('finds the right domain if its name is the id of another one', async () => {
  await using virsh = await openVirsh(localHost, { uri: 'test:///default' });
  const folder = await mkdtemp(join(tmpdir(), 'blockplan-virsh-'));
  try {
    const uuid = '22222222-0000-0000-0000-000000000000';
    const file = join(folder, 'one.xml');
    await writeFile(
      file,
      `<domain type='test'><name>1</name><uuid>${uuid}</uuid><memory>1024</memory><os><type>hvm</type></os></domain>`,
    );
    expect(await virsh.run(['define', '--file', file])).toMatchObject({ ok: true });
    const meant = ['dumpxml', '--domain', '1'];
    expect((await virsh.run(meant)).stdout).not.toContain(uuid);
    expect((await byExactName(virsh, '1').run(meant)).stdout).toContain(uuid);
    expect((await byExactName(virsh, '2').run(['dumpxml', '--domain', '2'])).ok).toBe(false);
    const uuids = ['1', '2', 'test'].map((name) => uuidOf(byExactName(virsh, name), name));
    const [one, none, other] = await Promise.all(uuids);
    expect({ one, none }).toEqual({ one: uuid, none: undefined });
    expect(other).toMatch(/^[0-9a-f-]{36}$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('opening', () => {
  it.each([
    ['BP190', { command: '/nowhere/virsh' }],
    ['BP191', { uri: 'qemu+unix:///system?socket=/nowhere/libvirt-sock' }],
    ['BP197', { uri: 'qemu+tcp://127.0.0.1:1/system' }],
    ['BP198', { uri: ':::' }],
  ])('is refused with %s for %j', async (code, connection) => {
    const error = await failureOf(openVirsh(localHost, connection));
    expect(error.end).toBe('preflight-refused');
    expect(error.findings[0]?.code).toBe(code);
    expect(error.message).not.toContain('/dev/null');
  });

  it('fails with BP195 if the daemon accepts the connection and does not answer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blockplan-virsh-'));
    const mute = createServer().listen(join(folder, 'socket'));
    try {
      const uri = `qemu+unix:///system?socket=${folder}/socket`;
      expect(await codeOf(openVirsh(localHost, { uri, timeoutMs: 300 }))).toBe('BP195');
      expect(await childrenOf(process.pid)).toEqual([]);
    } finally {
      mute.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('uses the default from the environment only if no URI is given', async () => {
    const before = process.env['LIBVIRT_DEFAULT_URI'];
    try {
      process.env['LIBVIRT_DEFAULT_URI'] = BUILT_IN;
      await using fallback = await openVirsh(localHost);
      expect(fallback.uri).toBe(BUILT_IN);
      process.env['LIBVIRT_DEFAULT_URI'] = ':::';
      await using named = await openVirsh(localHost, { uri: BUILT_IN });
      expect(named.uri).toBe(BUILT_IN);
      expect(await codeOf(openVirsh(localHost))).toBe('BP193');
    } finally {
      if (before === undefined) delete process.env['LIBVIRT_DEFAULT_URI'];
      else process.env['LIBVIRT_DEFAULT_URI'] = before;
    }
  });

  it('protects virsh from a Ctrl-C in our terminal', async () => {
    await using virsh = await openVirsh(localHost, { uri: BUILT_IN });
    expect(virsh.alive).toBe(true);
    const [pid = 0] = await childrenOf(process.pid);
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect([group, session]).toEqual([String(pid), String(pid)]);
  });
});

describe('a session on a real libvirtd', () => {
  let host: LabHost;
  beforeAll(async () => {
    host = await startHost();
  });
  afterAll(() => host?.stop());

  it('cannot write through a read-only connection, which the daemon itself enforces', async () => {
    await using virsh = await openVirsh(localHost, { uri: host.uri, readonly: true });
    const answer = await virsh.run([
      'pool-define-as',
      '--name',
      'x',
      '--type',
      'dir',
      '--target',
      '/x',
    ]);
    expect(answer.ok).toBe(false);
    expect(answer.error).toMatch(/operation forbidden: read only access prevents/);
  });

  it('leaves no virsh and no history behind if blockplan is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blockplan-virsh-'));
    try {
      // On the built-in driver the virsh that listens to QEMU ends by itself.
      const { name } = await host.createGuest({
        disks: [{ target: 'vda', chain: ['disk'] }],
        start: false,
      });
      const program = await bundled(folder, name);
      const victim = execa(process.execPath, [program], {
        env: { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') },
        reject: false,
      });
      await new Promise((resolve) => victim.stdout.once('data', resolve));
      const pids = await childrenOf(victim.pid ?? 0);
      // The session, the events of libvirt, and those of QEMU.
      expect(pids).toHaveLength(3);
      victim.kill('SIGKILL');
      await victim;
      await expect.poll(() => stillThere(pids), { timeout: 60_000 }).toEqual([]);
      const left = await readdir(folder, { recursive: true });
      expect(left.filter((name) => name.includes('history'))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  /** A program that opens a session and the two subscriptions of a domain, and waits. */
  async function bundled(folder: string, domain: string): Promise<string> {
    const { build } = await import('esbuild');
    const outfile = join(folder, 'victim.mjs');
    await build({
      stdin: {
        contents: `
          import { openVirsh } from './src/libvirt/virsh.ts';
          import { openEvents } from './src/libvirt/events.ts';
          import { localHost } from './src/host-io/local-host.ts';
          const virsh = await openVirsh(localHost, { uri: '${host.uri}' });
          await openEvents(localHost, { uri: '${host.uri}', domain: '${domain}' });
          await virsh.run(['list']);
          console.log('open');
          setInterval(() => {}, 1000);`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      outfile,
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    return outfile;
  }

  it('survives if the other end of a migration cannot be reached', async () => {
    const guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['disk'] }] });
    await using virsh = await openVirsh(localHost, { uri: host.uri });
    const answer = await virsh.run([
      ...['migrate', '--domain', guest.name, '--live'],
      ...['--desturi', 'qemu+tcp://127.0.0.1:1/system'],
    ]);
    expect(answer).toMatchObject({
      ok: false,
      error: "unable to connect to server at '127.0.0.1:1': Connection refused",
    });
    expect(virsh.alive).toBe(true);
    await guest.destroy();
  });

  it('does not treat progress on stderr as an error', async () => {
    const guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['disk'] }] });
    await using virsh = await openVirsh(localHost, { uri: host.uri });
    const disk = ['--domain', guest.name, '--path', 'vda'];
    const dest = join(host.images, 'copy.qcow2');
    await virsh.run(['blockcopy', ...disk, '--dest', dest, '--transient-job', '--bandwidth', '1']);
    const info = await virsh.run(['blockjob', ...disk, '--info']);
    expect(info).toMatchObject({ ok: true, stderr: expect.stringMatching(/Block Copy: \[ *\d/) });
    await guest.destroy();
  });

  it('ends when the daemon dies, without a command', async () => {
    await using virsh = await openVirsh(localHost, { uri: host.uri });
    await host.killDaemon();
    const ending = await virsh.closed;
    expect(ending.asked).toBe(false);
    expect(ending.reason).toMatch(/^Disconnected from .* due to end of file$/);
    expect(virsh.alive).toBe(false);
    expect(await codeOf(virsh.run(['list']))).toBe('BP201');
    expect(await codeOf(openVirsh(localHost, { uri: host.uri }))).toBe('BP191');
    await host.startDaemon();
  });

  it('ends when the daemon dies during a command, and stays so when it is back', async () => {
    await using virsh = await openVirsh(localHost, { uri: host.uri });
    const running = virsh.run(['event', '--event', 'reboot']);
    const behind = virsh.run(['list', '--all']);
    const codes = Promise.all([codeOf(running), codeOf(behind)]);
    await host.killDaemon();
    await host.startDaemon();
    expect(await codes).toEqual(['BP201', 'BP201']);
    expect(await codeOf(virsh.run(['list', '--all']))).toBe('BP201');
  });

  it('sends no command once virsh has reported that its connection is lost', async () => {
    await using virsh = await openVirsh(localHost, { uri: host.uri });
    const daemon = await processOf('libvirtd', host.dir);
    process.kill(daemon, 'SIGKILL');
    // No output is read meanwhile, as by a process on a busy machine; virsh would reconnect by itself.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    const error = await failureOf(virsh.run(['list', '--all']));
    await host.startDaemon();
    expect(error.message).toMatch(/due to end of file\.$/);
  });

  it('never returns an answer from a connection that virsh opened again', async () => {
    for (let round = 0; round < 3; round++) {
      await using virsh = await openVirsh(localHost, { uri: host.uri });
      const restart = host.killDaemon().then(() => host.startDaemon());
      const answers: Promise<unknown>[] = [];
      let over = false;
      void virsh.closed.then(() => {
        over = true;
      });
      while (!over) {
        answers.push(virsh.run(['list', '--all', '--name']).catch((error: unknown) => error));
        await answers.at(-1);
      }
      await restart;
      const last = await answers.at(-1);
      expect(last).toBeInstanceOf(BlockplanError);
      expect(await virsh.closed).toMatchObject({ asked: false });
    }
  });
});
