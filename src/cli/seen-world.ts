/** What a plan is held against without touching anything: a host that is only looked at, or a file of facts. */
import { compile } from '../graph/graph.ts';
import type { World } from '../model/world.ts';
import type { Plan } from '../plan/plan.ts';
import { inputRefusal, textOf } from './read.ts';

export interface WorldOptions {
  /** libvirt's URI; its own default unless told. */
  readonly connect?: string;
  /** A facts file; then no libvirt is needed. */
  readonly facts?: string;
}

/** @throws BlockplanError `input-refused` for a facts file, `preflight-refused` for a libvirt that cannot be reached */
export function seenWorld(plan: Plan, { connect, facts }: WorldOptions): Promise<World> {
  if (facts === undefined) return liveWorld(plan, connect);
  if (connect === undefined) return factsWorld(plan, facts);
  throw inputRefusal(
    'BP095',
    '"--facts" and "--connect" exclude each other: the World comes from a file or from a host',
    'keep one of the two',
  );
}

async function factsWorld(plan: Plan, file: string): Promise<World> {
  const { readFacts } = await import('../facts/read.ts');
  const { source, name } = await textOf(file, 'facts');
  const world = readFacts(source, name);
  if (world.domain.name === plan.domain) return world;
  throw inputRefusal(
    'BP095',
    `${name} tells of "${world.domain.name}", but the plan works on "${plan.domain}"`,
    `write down what that domain is like: blockplan facts ${plan.domain}`,
  );
}

/** Looks through a read-only connection: the daemon itself would refuse a change. */
async function liveWorld(plan: Plan, uri: string | undefined): Promise<World> {
  const [{ openVirsh }, { openLiveDriver }, { admit }] = await Promise.all([
    import('../libvirt/virsh.ts'),
    import('../libvirt/live-driver.ts'),
    import('../run/admit.ts'),
  ]);
  const place = { ...(uri === undefined ? {} : { uri }), readonly: true };
  const connecting = openVirsh(place);
  try {
    const options = { ...place, domain: plan.domain, writeDurably: refuseToWrite };
    const driver = await openLiveDriver(options, connecting);
    return (await admit(plan, compile(plan), driver)).world;
  } finally {
    await connecting.then(
      (virsh) => virsh.close(),
      () => {},
    );
  }
}

function refuseToWrite(): never {
  throw new Error('a host that is only looked at is not written to');
}
