/** A server that cannot be reached, without a network: the queue of its connections is full. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** Listens, and then accepts nothing: its thread sleeps. */
const DEAF = `
const { parentPort } = require('node:worker_threads');
const options = { port: 0, host: '127.0.0.1', backlog: 1 };
const server = require('node:net').createServer().listen(options, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** How long a connection takes that the kernel does not answer, at least, in milliseconds. */
const UNANSWERED_MS = 500;

/** A server to which connections are never established. */
export async function unreachableServer(): Promise<{ readonly port: number } & AsyncDisposable> {
  const worker = new Worker(DEAF, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const waiting: ReturnType<typeof connect>[] = [];
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    waiting.push(socket);
    isFull = await Promise.race([
      once(socket, 'connect').then(() => false),
      delay(UNANSWERED_MS, true),
    ]);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      await worker.terminate();
    },
  };
}
