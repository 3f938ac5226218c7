/**
 * A libvirt host in memory that answers virsh's commands by libvirt's rules, written independently of the steps, so
 * that what they imagine can be held against it. Its guest writes all the time: the host knows which file holds which
 * write, and therefore whether one was lost.
 */
import { readDomainXml, setDiskSource } from '../src/model/domain-xml.ts';
import { EffectFailed } from '../src/model/driver.ts';
import type {
  Argument,
  AwaitJobEffect,
  ConvertEffect,
  RemoveFileEffect,
} from '../src/model/effect.ts';
import {
  type Bundle,
  type Disk,
  diskOf,
  isUp,
  type Layer,
  usersOf,
  type World,
  withDisk,
  withDomain,
  withFile,
  withoutJob,
} from '../src/model/world.ts';
import { VIRSH_OPTIONS } from './virsh-options.ts';

/** A command's words by option; an option that may come often has all its values. */
type Options = ReadonlyMap<string, readonly string[]>;

export class HostDouble {
  /** What is so; `kept` is never in it, since libvirt knows nothing of the journal. */
  world: World;
  /** Every file that has been removed, in order. */
  readonly removed: string[] = [];
  /** The writes that each file holds, and the file that its header names as its backing file. */
  readonly #data = new Map<string, Set<string>>();
  readonly #backing = new Map<string, string>();
  /** What libvirt has been told, or has known all along, to be a block device. */
  readonly #devices = new Set<string>();
  readonly #jobBase = new Map<string, readonly string[]>();
  readonly #shallow = new Map<string, boolean>();
  /** The chains when the guest last ran: where its writes are. */
  #lastChains: ReadonlyMap<string, string>;
  readonly #initial: World;
  #writes = 0;

  constructor(world: World) {
    this.world = world;
    this.#initial = world;
    for (const { chain } of world.domain.disks) this.#adopt(chain);
    this.#lastChains = this.#actives();
    this.guestWrites();
  }

  #adopt(chain: readonly Layer[]): void {
    chain.forEach((layer, at) => {
      const below = chain[at + 1];
      if (below) this.#backing.set(layer.file, below.file);
      this.#data.set(layer.file, new Set([`before:${layer.file}`]));
      if (layer.block) this.#devices.add(layer.file);
    });
  }

  #actives(): Map<string, string> {
    return new Map(
      this.world.domain.disks.flatMap((disk): [string, string][] =>
        disk.chain[0] && !disk.readonly ? [[disk.target, disk.chain[0].file]] : [],
      ),
    );
  }

  /** The guest writes something new to each of its disks, and to the other side of a job that is ready. */
  guestWrites(): void {
    if (this.world.domain.state !== 'running') return;
    this.#lastChains = this.#actives();
    for (const { target, readonly, chain, job } of this.world.domain.disks) {
      if (readonly || !chain[0]) continue;
      const write = `${target}#${++this.#writes}`;
      this.#held(chain[0].file).add(write);
      if (job?.ready && job.mirror) this.#held(job.mirror).add(write);
    }
  }

  #held(file: string): Set<string> {
    const known = this.#data.get(file) ?? new Set();
    this.#data.set(file, known);
    return known;
  }

  #pour(from: readonly string[], to: string): void {
    for (const file of from) for (const write of this.#held(file)) this.#held(to).add(write);
  }

  #below(file: string): string[] {
    const files: string[] = [];
    for (let at: string | undefined = file; at && !files.includes(at); at = this.#backing.get(at))
      files.push(at);
    return files;
  }

  /** The writes that the guest would not find again on the files that hold its disks; empty when none is lost. */
  lost(): string[] {
    return [...this.#lastChains].flatMap(([target, active]) => {
      const live = isUp(this.world) ? diskOf(this.world, target)?.chain : undefined;
      return this.#missing(target, live?.map((layer) => layer.file) ?? this.#below(active));
    });
  }

  /** The writes that the guest would miss if it were started from its definition. */
  lostAtNextStart(definition: string | undefined): string[] {
    if (definition === undefined) return ['the definition itself'];
    return readDomainXml(definition).disks.flatMap((disk) => {
      const source = disk.chain[0]?.file;
      return disk.readonly || source === undefined
        ? []
        : this.#missing(disk.target, this.#below(source));
    });
  }

  #missing(target: string, layers: readonly string[]): string[] {
    const absent = layers.filter((each) => !this.world.files[each]);
    const readable = new Set(
      layers
        .slice(0, absent[0] === undefined ? undefined : layers.indexOf(absent[0]))
        .flatMap((each) => [...this.#held(each)]),
    );
    const before = diskOf(this.#initial, target)?.chain.map((each) => `before:${each.file}`) ?? [];
    const all = [
      ...before,
      ...[...this.#data.values()].flatMap((held) =>
        [...held].filter((write) => write.startsWith(`${target}#`)),
      ),
    ];
    return [...new Set(all)].filter((write) => !readable.has(write));
  }

  /** The guest's process is killed: its jobs end, and a transient domain vanishes. */
  killGuest(): void {
    if (!isUp(this.world)) return;
    const { persistent, disks } = this.world.domain;
    this.#lastChains = this.#actives();
    this.world = withDomain(
      this.world,
      persistent
        ? { state: 'shut off', agent: false, disks: disks.map((disk) => this.#asDefined(disk)) }
        : { state: 'gone', agent: false, disks: [], snapshots: [], checkpoints: [], uuid: '' },
    );
  }

  /** A guest that is off shows its definition: the top of each chain alone. */
  #asDefined(disk: Disk): Disk {
    const rest = withoutJob(disk);
    const file = rest.persistentSource;
    const format = disk.chain.find((layer) => layer.file === file)?.format ?? 'qcow2';
    return {
      ...rest,
      chain:
        file === undefined
          ? []
          : [{ file, format, ...(this.#devices.has(file) ? { block: true as const } : {}) }],
    };
  }

  /** A block job fails: it is gone, and what it wrote stays. */
  killJobs(): void {
    for (const { target } of this.world.domain.disks) this.#disk(target, withoutJob);
  }

  /** Somebody removes a file behind the run's back. */
  snatch(file: string): void {
    this.world = withFile(this.world, file, null);
    this.#data.delete(file);
  }

  #disk(target: string, change: (disk: Disk) => Disk): void {
    this.world = withDisk(this.world, target, change);
  }

  virsh(argv: readonly Argument[]): void {
    const [verb, ...words] = argv;
    if (typeof verb !== 'string') throw new Error('a command begins with a verb');
    const options = parse(verb, words);
    const content = words.find((word) => typeof word !== 'string');
    const file = typeof content === 'object' ? content.content : '';
    const run: Record<string, () => void> = {
      blockcopy: () => this.#blockcopy(options),
      blockcommit: () => this.#blockcommit(options),
      blockjob: () => this.#blockjob(options),
      'snapshot-create-as': () => this.#snapshot(options),
      undefine: () => this.#undefine(options),
      define: () => this.#define(file),
      autostart: () => this.#needPersistent(() => ({ autostart: !options.has('disable') })),
      'snapshot-create': () => this.#redefineMoment('snapshots', file),
      'checkpoint-create': () => this.#redefineMoment('checkpoints', file),
      'snapshot-delete': () => this.#forget(one(options, 'snapshotname')),
      'guest-agent-timeout': () => {},
      domfsthaw: () => refuseUnless(this.world.domain.agent, 'QEMU guest agent is not connected'),
    };
    const act = run[verb];
    if (!act) throw new Error(`the double knows no ${verb}`);
    const domain = options.get('domain')?.[0];
    refuseUnless(
      domain === undefined || domain === this.world.domain.name,
      `failed to get domain '${domain}'`,
    );
    refuseUnless(verb === 'define' || this.world.domain.state !== 'gone', 'failed to get domain');
    act();
  }

  #workable(options: Options): Disk {
    refuseUnless(isUp(this.world), 'domain is not running');
    const disk = diskOf(this.world, one(options, 'path'));
    if (!disk?.chain[0] || disk.readonly) throw new EffectFailed('invalid path');
    return disk;
  }

  #blockcopy(options: Options): void {
    const disk = this.#workable(options);
    refuseUnless(!disk.job, 'already in active block job');
    refuseUnless(
      !this.world.domain.persistent || options.has('transient-job'),
      'domain is not transient',
    );
    const dest = one(options, 'dest');
    const reuse = options.has('reuse-external');
    const there = this.world.files[dest];
    // An empty file is taken, as if there were none.
    refuseUnless(
      !there || there.size === 0 || reuse || options.has('blockdev'),
      `${dest} already exists`,
    );
    refuseUnless(Boolean(there) || !reuse, 'missing destination file');
    refuseUnless(!reuse || options.has('format'), 'reused mirror format must be specified');
    const format = options.get('format')?.[0] ?? disk.chain[0]?.format ?? 'raw';
    const below = disk.chain[1]?.file;
    // libvirt does not take a copy of a disk without a backing file for a shallow one.
    const shallow = options.has('shallow') && below !== undefined;
    refuseUnless(
      !shallow || reuse || format !== 'raw',
      'shallow copy into a raw file is not possible',
    );
    const made = there?.made ? ({ made: true } as const) : {};
    if (!reuse) this.#make(dest, format, shallow ? below : undefined, made);
    // A file for reuse has been made by somebody who knew what goes below it.
    if (shallow && below && !this.#backing.has(dest)) this.#backing.set(dest, below);
    this.#shallow.set(disk.target, shallow);
    if (options.has('blockdev')) this.#devices.add(dest);
    else this.#devices.delete(dest);
    this.world = withFile(this.world, dest, { ...this.world.files[dest], format, size: 1 });
    this.#disk(disk.target, (each) => ({
      ...each,
      job: { type: 'copy', ready: false, mirror: dest },
    }));
  }

  #blockcommit(options: Options): void {
    const disk = this.#workable(options);
    refuseUnless(!disk.job, 'already in active block job');
    const files = disk.chain.map((layer) => layer.file);
    const at = (word: string) => {
      const place = /\[(\d+)\]$/.exec(word)?.[1];
      return place === undefined
        ? files.indexOf(word)
        : disk.chain.findIndex((layer) => layer.index === Number(place));
    };
    const top = options.has('top') ? at(one(options, 'top')) : 0;
    const deepest = options.has('shallow') ? top + 1 : files.length - 1;
    const base = options.has('base') ? at(one(options, 'base')) : deepest;
    refuseUnless(top >= 0 && base > top && base < files.length, 'could not find base or top');
    refuseUnless(top > 0 || options.has('active'), 'commit of active layer requires active flag');
    const mirror = files[base] ?? '';
    this.#jobBase.set(disk.target, files.slice(top, base));
    this.#disk(disk.target, (each) => ({
      ...each,
      job:
        top === 0
          ? { type: 'active-commit', ready: false, mirror }
          : { type: 'commit', ready: false },
    }));
  }

  #blockjob(options: Options): void {
    const disk = this.#workable(options);
    const { job, target } = disk;
    if (!job) throw new EffectFailed(`no active block job on ${target}`);
    if (options.has('abort')) {
      this.#disk(target, withoutJob);
      return;
    }
    refuseUnless(options.has('pivot'), 'the double was asked for nothing');
    refuseUnless(job.ready, 'not ready for pivot yet');
    refuseUnless(job.mirror !== undefined, 'a commit below the active layer has no pivot');
    const active = disk.chain[0]?.file;
    const layers = new Map(disk.chain.map((layer) => [layer.file, layer]));
    const format = (file: string) =>
      layers.get(file)?.format ?? this.world.files[file]?.format ?? 'qcow2';
    // A shallow copy is opened above the files that its header names, any other alone, whatever its header says.
    const alone = job.type === 'copy' && !this.#shallow.get(target);
    const opened = alone ? [job.mirror ?? ''] : this.#below(job.mirror ?? '');
    const chain = opened.map((file) => ({
      file,
      format: format(file),
      ...(this.#devices.has(file) ? { block: true as const } : {}),
    }));
    const moves = disk.persistentSource === active;
    this.#disk(target, (each) => ({ ...withoutJob(each), chain }));
    if (moves && chain[0]) this.#definitionMoves(target, chain[0]);
    if (moves && job.type === 'copy') this.#endChain(target);
    this.guestWrites();
  }

  /** After the pivot of a copy libvirt adds an explicit end of the chain to the persistent definition. */
  #endChain(target: string): void {
    const { definition } = this.world.domain;
    const at = definition?.indexOf(`<target dev='${target}'`) ?? -1;
    if (definition !== undefined && at >= 0)
      this.world = withDomain(this.world, {
        definition: `${definition.slice(0, at)}<backingStore/>\n      ${definition.slice(at)}`,
      });
  }

  /** libvirt moves the persistent definition along where it named the same file as the running guest. */
  #definitionMoves(target: string, layer: Layer): void {
    const { definition } = this.world.domain;
    if (definition === undefined) return;
    this.#disk(target, (each) => ({ ...each, persistentSource: layer.file }));
    this.world = withDomain(this.world, { definition: setDiskSource(definition, target, layer) });
  }

  #snapshot(options: Options): void {
    refuseUnless(isUp(this.world), 'domain is not running');
    const { agent, snapshots, disks } = this.world.domain;
    refuseUnless(!options.has('quiesce') || agent, 'QEMU guest agent is not connected');
    refuseUnless(
      !disks.some((disk) => disk.job),
      'block copy still active: disk already in active block job',
    );
    const name = one(options, 'name');
    const metadata = !options.has('no-metadata');
    refuseUnless(!metadata || !snapshots.includes(name), `domain moment ${name} already exists`);
    const specs = (options.get('diskspec') ?? []).map(readSpec).filter((spec) => spec.external);
    for (const { file } of specs)
      refuseUnless(
        options.has('reuse-external') || (this.world.files[file]?.size ?? 0) === 0,
        `external snapshot file ${file} already exists`,
      );
    for (const { target, file, format } of specs) this.#overlay(target, file, format);
    const memory = options.get('memspec')?.[0];
    if (memory) {
      const { file } = readSpec(`m,${memory}`);
      this.world = withFile(this.world, file, {
        ...this.world.files[file],
        size: 1,
        format: 'raw',
      });
    }
    if (metadata) this.world = withDomain(this.world, { snapshots: [...snapshots, name] });
    this.guestWrites();
  }

  #overlay(target: string, file: string, format: string): void {
    const active = diskOf(this.world, target)?.chain[0]?.file;
    const moves = diskOf(this.world, target)?.persistentSource === active;
    this.#data.set(file, new Set());
    if (active) this.#backing.set(file, active);
    this.world = withFile(this.world, file, { ...this.world.files[file], format, size: 1 });
    this.#disk(target, (each) => ({ ...each, chain: [{ file, format }, ...each.chain] }));
    if (moves) this.#definitionMoves(target, { file, format });
  }

  #undefine(options: Options): void {
    const { persistent, nvram, tpm, managedSave, state } = this.world.domain;
    refuseUnless(persistent, 'cannot undefine transient domain');
    refuseUnless(!managedSave, 'Refusing to undefine while domain managed save image exists');
    refuseUnless(!nvram || options.has('keep-nvram'), 'cannot undefine domain with nvram');
    refuseUnless(!tpm || options.has('keep-tpm'), 'the state of the TPM would go');
    const { definition: _gone, ...domain } = this.world.domain;
    const disks = domain.disks.map(({ persistentSource: _none, ...disk }) => disk);
    this.world = {
      ...this.world,
      domain: { ...domain, persistent: false, autostart: false, disks },
    };
    if (state === 'shut off')
      this.world = withDomain(this.world, { state: 'gone', disks: [], uuid: '' });
  }

  #define(xml: string): void {
    const read = readDomainXml(xml);
    const gone = this.world.domain.state === 'gone';
    const sources = new Map(read.disks.map((disk) => [disk.target, disk.chain[0]?.file]));
    const disks = (gone ? read.disks : this.world.domain.disks).map((disk) => {
      const persistentSource = sources.get(disk.target);
      return persistentSource === undefined ? disk : { ...disk, persistentSource };
    });
    this.world = withDomain(this.world, {
      persistent: true,
      definition: xml,
      disks,
      uuid: read.uuid,
      ...(gone ? { state: 'shut off' as const } : {}),
    });
  }

  #needPersistent(change: () => Partial<World['domain']>): void {
    refuseUnless(
      this.world.domain.persistent,
      'cannot be done to a transient domain: it is not persistent',
    );
    this.world = withDomain(this.world, change());
  }

  #redefineMoment(list: 'snapshots' | 'checkpoints', xml: string): void {
    const name = /<name>([^<]*)<\/name>/.exec(xml)?.[1] ?? '';
    const known = this.world.domain[list];
    if (!known.includes(name)) this.world = withDomain(this.world, { [list]: [...known, name] });
  }

  #forget(name: string): void {
    const { snapshots } = this.world.domain;
    refuseUnless(snapshots.includes(name), `no domain snapshot with matching name '${name}'`);
    this.world = withDomain(this.world, { snapshots: snapshots.filter((each) => each !== name) });
  }

  awaitJob({ disk: target, until }: AwaitJobEffect): void {
    const disk = diskOf(this.world, target);
    const job = disk?.job;
    if (!disk || !job) {
      if (until === 'ended') return;
      throw new EffectFailed(`there is no job on ${target} any more`);
    }
    if (job.type === 'copy') {
      const source = disk.chain.map((layer) => layer.file);
      this.#pour(this.#shallow.get(target) ? source.slice(0, 1) : source, job.mirror ?? '');
    } else this.#pour(this.#jobBase.get(target) ?? [], job.mirror ?? this.#commitBase(disk));
    if (until === 'ready')
      this.#disk(target, (each) => ({ ...each, job: { ...job, ready: true } }));
    else this.#shorten(disk);
    this.guestWrites();
  }

  #commitBase(disk: Disk): string {
    const committed = this.#jobBase.get(disk.target) ?? [];
    const files = disk.chain.map((layer) => layer.file);
    return files[files.indexOf(committed.at(-1) ?? '') + 1] ?? '';
  }

  #shorten(disk: Disk): void {
    const committed = this.#jobBase.get(disk.target) ?? [];
    const above = disk.chain[disk.chain.findIndex((layer) => layer.file === committed[0]) - 1];
    if (above) this.#backing.set(above.file, this.#commitBase(disk));
    this.#disk(disk.target, (each) => ({
      ...withoutJob(each),
      chain: each.chain.filter((layer) => !committed.includes(layer.file)),
    }));
  }

  qemuImg({ argv, dest }: ConvertEffect): void {
    const after = (option: string) =>
      argv.includes(option) ? argv[argv.indexOf(option) + 1] : undefined;
    if (argv[0] === 'create') {
      refuseUnless(!this.world.files[dest], `${dest} exists already`);
      this.#make(dest, after('-f') ?? 'raw', after('-b'), { made: true });
      return;
    }
    const source = argv.at(-2) ?? '';
    refuseUnless(Boolean(this.world.files[source]), `Could not open '${source}'`);
    const writer = this.world.domain.disks.find((disk) => disk.chain[0]?.file === source);
    refuseUnless(!writer || !isUp(this.world), `Failed to get shared "write" lock on ${source}`);
    // With -n the target is there, and keeps the backing file that its header names.
    if (!argv.includes('-n')) {
      refuseUnless(!this.world.files[dest], `${dest} exists already`);
      this.#make(dest, after('-O') ?? 'raw', undefined, { made: true });
    }
    refuseUnless(Boolean(this.world.files[dest]), `Could not open '${dest}'`);
    this.#pour(this.#below(source), dest);
  }

  #make(file: string, format: string, backing: string | undefined, made: { made?: true }): void {
    this.#data.set(file, new Set());
    if (backing === undefined) this.#backing.delete(file);
    else this.#backing.set(file, backing);
    this.world = withFile(this.world, file, { format, size: 1, ...made });
  }

  /** As the live driver does: only where there is none. */
  makeFile(file: string): void {
    refuseUnless(!this.world.files[file], `${file} exists already`);
    this.#data.set(file, new Set());
    this.world = withFile(this.world, file, { size: 0, made: true });
  }

  /** As the live driver does: only where no chain, in XML or in a header, names the file. */
  removeFile({ file, made }: RemoveFileEffect): void {
    const there = this.world.files[file];
    if (!there) return;
    refuseUnless(!made || there.made === true, `${file} was not made by this run`);
    const users = usersOf(this.world, file);
    refuseUnless(users.length === 0, `${file} is in the chain of ${users.join(', ')}`);
    for (const { persistentSource } of this.world.domain.disks)
      refuseUnless(
        persistentSource === undefined || !this.#below(persistentSource).includes(file),
        `${file} is below ${persistentSource}`,
      );
    this.world = withFile(this.world, file, null);
    this.removed.push(file);
    this.#data.delete(file);
    this.#backing.delete(file);
  }

  bundle(): Bundle {
    const { definition, autostart, snapshots, checkpoints } = this.world.domain;
    if (definition === undefined) throw new EffectFailed('there is no persistent definition');
    const moment = (name: string) => ({ name, xml: `<moment><name>${name}</name></moment>` });
    return {
      definition,
      autostart,
      snapshots: snapshots.map(moment),
      checkpoints: checkpoints.map(moment),
    };
  }
}

function refuseUnless(holds: boolean, message: string): asserts holds {
  if (!holds) throw new EffectFailed(`error: ${message}`);
}

/** The words by option; an option that virsh does not know fails as it would there. */
function parse(verb: string, words: readonly Argument[]): Options {
  const known = VIRSH_OPTIONS[verb];
  if (!known) throw new Error(`the double knows no ${verb}`);
  const options = new Map<string, string[]>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const name = typeof word === 'string' && word.startsWith('--') ? word.slice(2) : undefined;
    if (name === undefined || !(name in known))
      throw new Error(`virsh ${verb} knows no ${JSON.stringify(word)}`);
    const values = options.get(name) ?? [];
    const value = known[name] ? words[++at] : '';
    if (value === undefined) throw new Error(`virsh ${verb} wants a value after --${name}`);
    options.set(name, [...values, typeof value === 'string' ? value : value.file]);
  }
  return options;
}

function one(options: Options, name: string): string {
  const value = options.get(name)?.[0];
  if (value === undefined) throw new EffectFailed(`error: option --${name} is missing`);
  return value;
}

/** `vda,snapshot=external,driver=qcow2,file=/a,,b`: a doubled comma is one in a value. */
function readSpec(spec: string): {
  target: string;
  external: boolean;
  file: string;
  format: string;
} {
  const [target = '', ...parts] = spec
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
  const value = (name: string) =>
    parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    target,
    external: value('snapshot') !== 'no',
    file: value('file') ?? '',
    format: value('driver') ?? 'qcow2',
  };
}
