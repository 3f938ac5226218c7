/** What steps require of checkpoints. */
import { codes } from '../../codes.ts';
import { virshCommand } from '../../command.ts';
import type { HostState } from '../../model/host-state.ts';
import { trackedDisk } from '../../model/tracking.ts';
import { onlyNearest } from '../../nearest.ts';
import { type Needs, type ParamPath, type Refusal, refuse, refuseStep } from './requirement.ts';

export function requireNewCheckpoint(
  needs: Needs,
  { domain, host }: HostState,
  name: string,
  key: ParamPath,
): boolean {
  return needs.require(
    `the domain has no checkpoint ${name}`,
    { told: ['checkpoints'] },
    domain.checkpoints.includes(name)
      ? [
          refuse(
            codes.checkpointExists,
            key,
            `"${domain.name}" already has a checkpoint ${name}`,
            `choose another name; to see all: ${virshCommand(host, 'checkpoint-list', domain.name)}`,
          ),
        ]
      : [],
  );
}

export function requireCheckpoint(
  needs: Needs,
  { domain, host }: HostState,
  name: string,
  key: ParamPath,
): boolean {
  const near = onlyNearest(name, domain.checkpoints);
  return needs.require(
    `the domain has the checkpoint ${name}`,
    { told: ['checkpoints'] },
    domain.checkpoints.includes(name)
      ? []
      : [
          refuseStep(
            codes.checkpointNotFound,
            key,
            `"${domain.name}" has no checkpoint ${name}; it has: ${domain.checkpoints.join(', ') || 'none'}`,
            near === undefined
              ? `see: ${virshCommand(host, 'checkpoint-list', domain.name)}`
              : `did you mean "${near}"?`,
          ),
        ],
  );
}

/** Requires that QEMU has the bitmaps of a checkpoint: libvirt cannot delete it otherwise. It can delete inconsistent ones. */
export function requireBitmaps(
  needs: Needs,
  state: HostState,
  name: string,
  key: ParamPath,
): boolean {
  const lost = state.domain.disks
    .map(({ target }) => target)
    .filter((target) => trackedDisk(state.domain, name, target)?.next === 'missing');
  return needs.require(
    `the bitmaps of the checkpoint ${name} exist`,
    'run',
    lost.length === 0 ? [] : [refuseMissing(name, lost, key)],
  );
}

function refuseMissing(name: string, lost: readonly string[], key: ParamPath): Refusal {
  return refuse(
    codes.bitmapMissing,
    key,
    `the checkpoint ${name} has no bitmap on ${lost.join(', ')}, and libvirt refuses to delete it`,
    'write "metadata: true": it removes the record, and leaves the bitmaps of other disks',
  );
}
