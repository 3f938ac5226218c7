import type { Answer } from '../../../src/libvirt/answer.ts';
import type { Virsh } from '../../../src/libvirt/virsh.ts';

/** The UUID of a domain with a name of six letters at most. */
export const idOf = (name: string) =>
  `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0')}`;
const nameOf = (word: string) =>
  Buffer.from(word.slice(-12).replace(/^(00)+/, ''), 'hex').toString();
const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** A virsh with scripted answers, with names for UUIDs, that counts its queries. */
export function scripted(
  answers: (argv: readonly string[], asked: number) => string | Error,
): Virsh & {
  readonly asked: readonly string[];
} {
  const asked: string[] = [];
  const answer = (argv: readonly string[]): Answer => {
    const words = argv.map((word) => (UUID.test(word) ? nameOf(word) : word));
    const text = words.join(' ');
    const told = answers(words, asked.filter((each) => each === text).length);
    const said =
      argv[0] === 'list' && typeof told === 'string'
        ? told.replace(/\w\S*/g, (name) =>
            argv.includes('--name') ? `${idOf(name)} ${name}` : idOf(name),
          )
        : told;
    asked.push(text);
    const common = { argv, stderr: '', durationMs: 0 };
    return said instanceof Error
      ? { ...common, ok: false, error: said.message }
      : { ...common, stdout: said, ok: true };
  };
  const virsh: Virsh & { readonly asked: readonly string[] } = {
    asked,
    get byUuid() {
      return virsh;
    },
    uri: 'test:///default',
    alive: true,
    closed: new Promise(() => {}),
    run: async (argv) => answer(argv),
    runAll: async (argvs) => argvs.map(answer),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return virsh;
}
