/** Notifications to a real web server on this machine. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { sendNotification } from '../../../src/notify/send.ts';
import type { NotifyTarget } from '../../../src/notify/settings.ts';
import { isRunning, NOTE } from '../../notifications.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { unreachableServer } from '../../unreachable.ts';

const folder = scratchFolder('webhook');
const file = (name: string) => join(folder, name);
const SECRET = 'hunter2hunter2';

const never = new AbortController().signal;
const send = (...targets: NotifyTarget[]) => sendNotification(NOTE, targets, never);

describe('a webhook', () => {
  let server: Server;
  let url: string;
  let got: { method: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      request.on('end', () => {
        got.push({ method: request.method, headers: request.headers, body });
        if (request.url === '/never') return;
        const status = Number(/^\/(\d+)/.exec(request.url ?? '')?.[1]);
        const location = status >= 300 && status < 400 ? { location: `${url}/200` } : {};
        response.writeHead(status, location).end(request.url === '/200' ? 'x'.repeat(1e6) : 'no');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    got = [];
  });

  test('gets the notification as JSON, with the headers of the settings and of the file', async () => {
    const tokens = file('tokens');
    writeFileSync(tokens, `# for the chat\n\nAuthorization: Bearer ${SECRET}\nX-Both:  file \r\n`);
    const headers = { 'X-Level': 'high', 'x-both': 'settings' };
    expect(await send({ webhook: { url: `${url}/204`, headers, 'headers-file': tokens } })).toEqual(
      [],
    );
    expect(got).toMatchObject([
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${SECRET}`,
          'content-type': 'application/json',
          'x-level': 'high',
          'x-both': 'file',
        },
      },
    ]);
    expect(JSON.parse(got[0]!.body)).toEqual(NOTE);
    expect(await send({ webhook: { url: `${url}/200` } })).toEqual([]);
  });

  test.each([400, 401, 404, 500, 503])(
    'that answers %i is reported, without the path',
    async (status) => {
      const [failure] = await send({ webhook: { url: `${url}/${status}?token=${SECRET}` } });
      expect(failure).toBe(`the webhook on ${new URL(url).host} failed: it answered ${status}`);
    },
  );

  test.each([301, 302, 303, 307, 308])('is not followed to another address: %i', async (status) => {
    const headers = { 'X-Token': SECRET };
    const [failure] = await send({ webhook: { url: `${url}/${status}`, headers } });
    expect(failure).toContain(`it answered ${status}, a redirect, which is not followed`);
    expect(got).toHaveLength(1);
  });

  test('that does not answer is given up', async () => {
    const host = new URL(url).host;
    expect(await send({ webhook: { url: `${url}/never` }, timeout: 1 })).toEqual([
      `the webhook on ${host} failed: it did not answer within 1 s`,
    ]);
    const interrupt = new AbortController();
    const sent = sendNotification(NOTE, [{ webhook: { url: `${url}/never` } }], interrupt.signal);
    interrupt.abort();
    expect(await sent).toEqual([`the webhook on ${host} failed: it was interrupted`]);
  });

  test('that cannot be reached is reported', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await send({ webhook: { url: `http://127.0.0.1:${port}/${SECRET}` } })).toEqual([
      `the webhook on 127.0.0.1:${port} failed: connect ECONNREFUSED 127.0.0.1:${port}`,
    ]);
  });

  test('that cannot be reached keeps nothing alive after the limit', async () => {
    await using server = await unreachableServer();
    const open = () => process.getActiveResourcesInfo().filter((kind) => /TCP/.test(kind)).length;
    const before = open();
    expect(await send({ webhook: { url: `http://127.0.0.1:${server.port}` }, timeout: 1 })).toEqual(
      [`the webhook on 127.0.0.1:${server.port} failed: it did not answer within 1 s`],
    );
    // A destroyed socket is closed in the next turns of the event loop.
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(open()).toBe(before);
  });

  test('is found by its name', async () => {
    const named = url.replace('127.0.0.1', 'localhost');
    expect(await send({ webhook: { url: `${named}/200` } })).toEqual([]);
    expect(got[0]?.headers.host).toBe(new URL(named).host);
    expect(await send({ webhook: { url: 'http://nowhere.invalid/' } })).toEqual([
      'the webhook on nowhere.invalid failed: its host name cannot be resolved: getent exited with status 2',
    ]);
  });

  test('whose name server does not answer is given up, and its query is stopped', async () => {
    writeFileSync(file('getent'), `#!/bin/sh\necho $$ > ${file('query')}\nexec sleep 300\n`, {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    const sent = send({ webhook: { url: 'http://slow.example.org/' }, timeout: 1 });
    expect(await sent.finally(() => vi.unstubAllEnvs())).toEqual([
      'the webhook on slow.example.org failed: it did not answer within 1 s',
    ]);
    const query = readFileSync(file('query'), 'utf8').trim();
    for (let tries = 0; tries < 200 && isRunning(query); tries++) await delay(20);
    expect(isRunning(query)).toBe(false);
  });

  test('whose headers file is unusable is reported, and is not called', async () => {
    const webhook = (name: string) => ({
      webhook: { url: `${url}/200`, 'headers-file': file(name) },
    });
    writeFileSync(file('bad'), `A: b\n${SECRET}\n`);
    writeFileSync(file('bad-value'), `X: ü${SECRET}\n`);
    writeFileSync(file('big'), `X: ${'x'.repeat(70_000)}\n`);
    const failures = await send(
      webhook('nowhere'),
      webhook('bad'),
      webhook('bad-value'),
      webhook('big'),
      {
        webhook: { url: `${url}/200`, 'headers-file': '/dev/zero' },
      },
    );
    expect(failures.map((each) => each.replace(/.*: its headers file \S+: /, ''))).toEqual([
      'it does not exist',
      'line 2 is not of the form "Name: value" in printable ASCII',
      'line 1 is not of the form "Name: value" in printable ASCII',
      'it is larger than 64 KiB',
      'it is not a regular file',
    ]);
    expect(failures.join()).not.toContain(SECRET);
    expect(got).toEqual([]);
  });
});
