/** What is finally done for the definition of a stranded domain, and what is left for a person to type. */

import { describe, expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { setDiskSource } from '../../../src/model/domain-xml.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import type { Bundle, HostState } from '../../../src/model/host-state.ts';
import { withDisk, withDomain, withFile } from '../../../src/model/host-state.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import type { Request } from '../../../src/run/requests.ts';
import type { RunHost } from '../../../src/run/run-state.ts';
import { followMovedDisks, secureDefinition } from '../../../src/run/secure-definition.ts';
import { defineDomain } from '../../../src/steps/effects/definition.ts';
import { answered, asks, courseKnowing } from '../../answered.ts';
import { contentsIn, wordsIn } from '../../effects.ts';
import { hostForPlans } from '../../plans.ts';
import { DATA, disk, SNAP2, world } from '../../worlds.ts';

const COPY = '/new/c';
const before = hostForPlans();
const { definition = '' } = before.domain;
const bundle: Bundle = { definition, autostart: true, snapshots: [], checkpoints: [] };
const onCopy = setDiskSource(definition, 'vda', { file: COPY, format: 'qcow2' });
const edited = definition.replace('</domain>', '<title/></domain>');
const DEFINE = 'virsh define /run/define.xml';
const AUTOSTART = 'virsh autostart testvm';

const moved = (host: HostState) =>
  withDisk(host, 'vda', ({ chain, ...rest }) => ({
    ...rest,
    chain: [...disk('vda', [COPY]).chain, ...chain.slice(1)],
  }));
const { definition: _none, ...undefinedDomain } = before.domain;
const transient: HostState = {
  ...before,
  domain: { ...undefinedDomain, persistent: false, autostart: false },
};
const gone: HostState = withDomain(transient, { state: 'gone', disks: [] });

/** Secures the definition of that domain; libvirt does what is requested, or what is given instead. */
function salvaged(
  now: HostState,
  change: Partial<RunHost> = {},
  refuse?: (request: Request) => Error | undefined,
  after?: HostState,
) {
  const run = courseKnowing(before, { kept: bundle, ...change });
  let seen = now;
  const { asked, value } = answered(secureDefinition(run, LOCAL), (request) => {
    if (request.ask === 'headers') return request.state;
    if (request.ask === 'observe') return seen;
    const error = refuse?.(request);
    if (error) return error;
    if (request.ask !== 'perform' || request.effect.tool !== 'virsh') return undefined;
    const { verb, args } = request.effect;
    if (verb === 'define')
      seen = after ?? withDomain(seen, { persistent: true, definition: args.file.content });
    if (verb === 'autostart') seen = after ?? withDomain(seen, { autostart: true });
    return undefined;
  });
  const performed = asked.flatMap((request) =>
    request.ask === 'perform' && request.effect.tool === 'virsh' ? [request] : [],
  );
  return { asked, next: value, course: run, performed, seen };
}
const verbs = ({ performed }: ReturnType<typeof salvaged>) =>
  performed.map(({ effect }) => wordsIn(effect)[0]);
const given = ({ performed }: ReturnType<typeof salvaged>) =>
  performed.flatMap(({ effect }) => contentsIn(effect));

describe('a transient domain', () => {
  test('is defined again, and marked as before, outside of all phases', () => {
    const done = salvaged(transient);
    expect(verbs(done)).toEqual(['define', 'autostart']);
    expect(given(done)).toEqual([definition]);
    expect(done.next).toEqual([]);
    for (const each of done.performed)
      expect(each).toMatchObject({ step: 'run', phase: 'salvage', direction: 'undo' });
    expect(done.performed[0]!.effect.why).toBe('keep the definition from being lost');
  });

  test('is not marked if it was not', () => {
    const done = salvaged(transient, { kept: { ...bundle, autostart: false } });
    expect(verbs(done)).toEqual(['define']);
    expect(done.next).toEqual([]);
  });

  test('is defined on the file that it runs on', () => {
    expect(given(salvaged(moved(transient)))).toEqual([onCopy]);
  });

  test('that is gone is defined on the file that it was last seen to write to', () => {
    expect(given(salvaged(gone, { lastUp: [moved(before)] }))).toEqual([onCopy]);
  });

  test('that may have written to either of two files is not marked: a person compares them first', () => {
    const done = salvaged(gone, { lastUp: [before, moved(before)] });
    expect(verbs(done)).toEqual(['define']);
    expect(done.next).toEqual([`qemu-img compare ${SNAP2} ${COPY}`]);
  });

  test('of which nothing was kept is left alone', () => {
    for (const now of [transient, moved(transient)])
      expect(salvaged(now, { kept: undefined }).performed).toEqual([]);
  });

  test('that was migrated away is not defined here', () => {
    const done = salvaged(withDomain(gone, { movedAway: true }));
    expect(done.performed).toEqual([]);
    expect(done.next).toEqual([]);
  });
});

describe('a persistent domain', () => {
  test('that is as it was is left alone', () => {
    const done = salvaged(before);
    expect(asks(done.asked)).toEqual(['observe', 'headers']);
    expect(done.next).toEqual([]);
  });

  test('gets back what libvirt has dropped from its definition, and nothing else', () => {
    const changed = definition.replace(/(<source file='[^']*'\/>)/, '$1<backingStore/>');
    const done = salvaged(withDomain(before, { definition: changed }));
    expect(verbs(done)).toEqual(['define']);
    expect(given(done)).toEqual([definition]);
  });

  test('is defined on the file that it runs on', () => {
    expect(given(salvaged(moved(before)))).toEqual([onCopy]);
  });

  test('keeps what a person has changed in it, also in the disk that it is about', () => {
    const cached = (xml: string) => xml.replace("discard='unmap'", "discard='ignore'");
    for (const change of [(xml: string) => xml.replace('</domain>', '<title/></domain>'), cached]) {
      const done = salvaged(withDomain(moved(before), { definition: change(definition) }));
      expect(given(done)).toEqual([change(onCopy)]);
    }
  });

  test('keeps a disk that no step works on where another tool has moved it', () => {
    const two = world();
    const xml = two.domain.definition!.replace(DATA, '/new/d.img');
    const apart = withDisk(two, 'vdb', (each) => ({
      ...each,
      ...disk('vdb', ['/new/d.img']),
    }));
    const now = withDomain(apart, { definition: xml.replace(SNAP2, '/x') });
    const { asked } = answered(secureDefinition(courseKnowing(two, {}), LOCAL), (request) =>
      request.ask === 'headers' ? request.state : request.ask === 'observe' ? now : undefined,
    );
    const effects = asked.flatMap((each) =>
      each.ask === 'perform' ? contentsIn(each.effect) : [],
    );
    expect(effects).toEqual([xml]);
  });

  test('that a person has edited is left alone', () => {
    const done = salvaged(withDomain(before, { definition: edited }));
    expect(done.performed).toEqual([]);
    expect(done.next).toEqual([]);
  });

  test('is left alone if its next start would find other layers than libvirt names', () => {
    const below = (file: string, rest: string) =>
      `<backingStore type='file'><format type='qcow2'/><source file='${file}'/>${rest}</backingStore>`;
    const named = `<source file='/new/o'/>${below(COPY, below(SNAP2, '<backingStore/>'))}`;
    const overlaid = withDisk(before, 'vda', (each) => ({
      ...each,
      chain: disk('vda', ['/new/o', COPY, SNAP2]).chain,
    }));
    const header = { size: 1, format: 'qcow2', backing: '/else' };
    const now = withDomain(withFile(overlaid, '/new/o', header), {
      definition: definition.replace(/<source file='[^']*'\/>/, named),
    });
    const done = salvaged(now);
    expect(done.performed).toEqual([]);
  });
});

describe('at the end of a run, the definition follows a disk that was moved while the domain was transient', () => {
  const two = world();
  const apart = withDisk(two, 'vdb', (each) => ({
    ...each,
    chain: disk('vdb', ['/new/d.img']).chain,
  }));
  function followed(initial: HostState, lastSeen: HostState, refusal?: Error) {
    const run = courseKnowing(initial, { lastSeen });
    return answered(followMovedDisks(run, LOCAL), ({ ask }) =>
      ask === 'perform' ? refusal : undefined,
    ).asked;
  }

  test('and is sent over the one that was seen', () => {
    const { definition: stale = '' } = two.domain;
    const asked = followed(two, apart);
    expect(asked).toContainEqual(
      expect.objectContaining({
        ...{ ask: 'perform', step: 'run', phase: 'salvage' },
        effect: defineDomain(
          stale.replace(DATA, '/new/d.img'),
          'name the files that the guest runs on',
          { definition: stale },
        ),
      }),
    );
    const refused = followed(two, apart, new EffectFailed('no'));
    expect(refused).toContainEqual({ ask: 'tell', event: { event: 'notice', message: 'no' } });
    const bug = new Error('bug');
    expect(() => followed(two, apart, bug)).toThrow(bug);
  });

  test.each<readonly [string, HostState, HostState]>([
    ['nothing was moved', two, two],
    ['the disk was apart before', apart, apart],
    [
      'the definition names a third file',
      two,
      withDisk(apart, 'vdb', (each) => ({ ...each, persistentSource: '/third' })),
    ],
    ['the guest is off', two, withDomain(apart, { state: 'shut off' })],
    ['a step works on the disk', two, moved(two)],
    [
      'the domain is transient',
      two,
      { ...apart, domain: { ...transient.domain, disks: apart.domain.disks } },
    ],
    [
      'another medium is in the drive',
      two,
      withDisk(two, 'sda', (each) => ({ ...each, chain: disk('sda', ['/x.iso']).chain })),
    ],
  ])('but not if %s', (_title, initial, lastSeen) => {
    expect(followed(initial, lastSeen)).toEqual([]);
  });
});

describe('what libvirt rejects is left for a person', () => {
  const refusing = (verb: string) => (request: Request) =>
    request.ask === 'perform' && wordsIn(request.effect)[0] === verb
      ? new EffectFailed(`no ${verb}`)
      : undefined;

  test.each<readonly [string, string, readonly string[]]>([
    ['the definition', 'define', [DEFINE, AUTOSTART]],
    ['the autostart mark', 'autostart', [AUTOSTART]],
  ])('%s', (_title, verb, next) => {
    const done = salvaged(transient, {}, refusing(verb));
    expect(done.next).toEqual(next);
    expect(done.asked).toContainEqual({
      ask: 'tell',
      event: { event: 'notice', message: `no ${verb}` },
    });
  });

  test('also if it reported success', () => {
    expect(salvaged(transient, {}, undefined, transient).next).toEqual([DEFINE, AUTOSTART]);
    const marked = withDomain(transient, { persistent: true, definition: edited, autostart: true });
    expect(salvaged(transient, {}, undefined, marked).next).toEqual([DEFINE]);
  });

  test('a bug is not a refusal', () => {
    const lost = new BlockplanError('uncertain', [
      { code: 'BP198', severity: 'error', message: 'x' },
    ]);
    const answer = (request: Request) => (request.ask === 'perform' ? lost : undefined);
    expect(() => salvaged(transient, {}, answer)).toThrow(lost);
  });
});
