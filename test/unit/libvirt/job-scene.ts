/** A wait for a block job on scripted events and answers. */
import type { AwaitJobEffect, Progress } from '../../../src/commands/effect.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { JobWatch } from '../../../src/libvirt/await-job.ts';
import type { RunOptions, Virsh } from '../../../src/libvirt/virsh.ts';
import { scripted } from './scripted-virsh.ts';
import { InspectedEnd, scriptedEvents } from './watch-scene.ts';

type Until = AwaitJobEffect['until'];

/** What libvirt answers: the job's progress, no job, or an error; whether the mirror is ready; the guest's state. */
interface Answers {
  job?: Progress | Error;
  ready?: boolean;
  xml?: Error;
  state?: string | Error;
}

function liveXml(ready: boolean): string {
  return `<domain type='kvm' id='1'><name>testvm</name><uuid>u</uuid><devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/a'/>
      <mirror type='file' job='copy'${ready ? " ready='yes'" : ''}><source file='/b'/></mirror>
      <target dev='vda'/></disk>
  </devices></domain>`;
}

/** A watch on scripted events and answers, and a wait whose end can be inspected. */
export function jobScene(until: Until, answers: Answers, timeoutMs = 60_000) {
  const scene = scriptedEvents();
  const answered = scripted(([verb]) => {
    if (verb === 'domstate') return answers.state ?? 'running\n';
    if (verb === 'list') return '';
    if (verb === 'dumpxml') return answers.xml ?? liveXml(answers.ready === true);
    const { job } = answers;
    if (job instanceof Error) return job;
    return job ? ` type=Block Copy\n bandwidth=0\n cur=${job.current}\n end=${job.total}\n` : '';
  });
  const limits = new Map<string | undefined, number | undefined>();
  const virsh: Virsh & { readonly asked: readonly string[] } = {
    ...answered,
    run: (argv: readonly string[], options: RunOptions = {}) => {
      limits.set(argv[0], options.timeoutMs);
      return answered.run(argv);
    },
  };
  const watch = new JobWatch(scene.events);
  const progress: Progress[] = [];
  const abort = new AbortController();
  const effect: AwaitJobEffect = { tool: 'await-job', disk: 'vda', until, why: 'w', timeoutMs };
  const end = new InspectedEnd();
  const wait = () =>
    end.of(
      watch.until({
        io: localHost,
        ...{ virsh, domain: 'testvm', effect, signal: abort.signal },
        onProgress: (each) => progress.push(each),
      }),
    );
  return {
    ...scene,
    ...{ virsh, limits, watch, progress, abort, answers, wait },
    end: () => end.text,
  };
}

/** The event of a block job. */
export const jobEvent = (status: string, disk = 'vda') => ({
  ...{ kind: 'block-job', disk, type: 'copy', status },
});
export const halfway = { current: 5, total: 10 };
export const equal = { current: 10, total: 10 };
