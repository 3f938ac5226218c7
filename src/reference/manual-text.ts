/** What the man pages say beyond the definitions of the commands. */

export interface CommandText {
  /** Sentences after the summary. */
  readonly details: string;
  /** Exit codes with a meaning of their own, as sentences. */
  readonly exitCodes?: string;
  /** A purpose and its command line, without `$`. */
  readonly examples: readonly (readonly [purpose: string, command: string])[];
}

const RUN_CODES = 'The exit code shows the outcome of the run.';

/** By the name of the command; a test checks that each has an entry. */
export const COMMAND_TEXTS: Readonly<Record<string, CommandText>> = {
  init: {
    details:
      'Inspects the guest and writes a plan for it, with comments. Nothing on the host is changed, and no file is overwritten. On a terminal, init asks for a missing kind, guest, disk or folder, and asks again after an invalid answer. The kind backup copies one disk into a file; the plan full-backup.yaml adds a backup of all disks to a backup store.',
    exitCodes:
      'The exit code is 0 on success, 2 if the input is invalid, and 3 if the guest cannot be inspected or the plan would be refused on it.',
    examples: [
      ['List the kinds of plans', 'blockplan init'],
      [
        'Write a plan that migrates a disk',
        'blockplan init migrate web1 --to /export/fast --output move-web1.yaml',
      ],
      [
        'Write a backup plan for one of several disks',
        'blockplan init backup web1 --disk vdb --to /export/backup',
      ],
    ],
  },
  validate: {
    details: 'Reports every error with its line and column. The host is not inspected.',
    examples: [
      ['Check all plans in a folder', 'blockplan validate plans/*.yaml'],
      ['Annotate a pull request', 'blockplan validate move-web1.yaml --format github'],
    ],
  },
  preview: {
    details:
      'Shows every command, its rollback, the chains before and after, and the preconditions. Nothing is changed. run --dry-run prints the same preview and also checks --expect and the notification file. Unlike run --dry-run, preview can take the host state from a facts file, print more formats and use --exit-code.',
    exitCodes:
      'With --exit-code: 0 if the plan changes nothing, 10 if it changes something, 11 if it has a point of no return, and 3 if a run would be refused.',
    examples: [
      ['Preview a plan on this host', 'blockplan preview move-web1.yaml'],
      ['Preview without a hypervisor', 'blockplan preview move-web1.yaml --facts web1.facts.yaml'],
      [
        'Write a page to open in a browser',
        'blockplan preview move-web1.yaml --format html -o web1.html',
      ],
    ],
  },
  prove: {
    details:
      'Runs the plan on a simulated host, once for each fault that it simulates and for pairs of them, and checks that the guest loses nothing.',
    exitCodes: 'The exit code is 3 if a run violates an invariant.',
    examples: [
      ['Prove a plan for this host', 'blockplan prove move-web1.yaml'],
      ['Show the case without faults', 'blockplan prove move-web1.yaml --replay nothing'],
    ],
  },
  facts: {
    details: 'The file contains no secrets and can be committed next to the plan.',
    exitCodes:
      'The exit code is 0 on success, 2 if the input is invalid, and 3 if libvirt cannot be reached or does not know the domain.',
    examples: [
      [
        'Export what a plan needs',
        'blockplan facts web1 --plan move-web1.yaml --output web1.facts.yaml',
      ],
    ],
  },
  rehearse: {
    details:
      'Starts a private libvirt with a guest of the same shape. Your libvirt and your guests are not touched. Root is required.',
    exitCodes: 'The exit code shows the outcome of the rehearsal, not of a run on your guest.',
    examples: [['Rehearse a plan', 'blockplan rehearse move-web1.yaml']],
  },
  schema: {
    details: 'Editors use the schema to complete and check plans.',
    examples: [['Write the schema to a file', 'blockplan schema > plan.schema.json']],
  },
  run: {
    details:
      'Checks the host, shows the preview, asks for confirmation and runs the plan. A failure or Ctrl-C rolls the run back.',
    exitCodes: RUN_CODES,
    examples: [
      ['Run a plan', 'blockplan run move-web1.yaml'],
      ['Run a plan in the background', 'blockplan run move-web1.yaml --yes --detach'],
    ],
  },
  attach: {
    details:
      'Shows the progress of a run that another process performs. Ctrl-C stops attach; the run continues.',
    exitCodes: `${RUN_CODES} It is 130 if you stop following.`,
    examples: [['Follow the only active run', 'blockplan attach']],
  },
  throttle: {
    details:
      "Sets the speed limit of the run's current block job. The limit applies until that job ends. The speed of a running qemu-img cannot be changed. A number is in MiB/s; M and MiB are 1024 KiB, and MB is 1000 kB.",
    exitCodes: 'The exit code is 3 if the run is not active or has no block job now.',
    examples: [
      ['Limit the newest run to 50 MiB/s', 'blockplan throttle last 50M'],
      ['Remove the limit', 'blockplan throttle last 0'],
    ],
  },
  resume: {
    details:
      'Inspects the host and continues the plan in the journal. Completed phases are not repeated. If a rollback has begun, it is finished. Uses the connection URI of the run, and ignores LIBVIRT_DEFAULT_URI.',
    exitCodes: RUN_CODES,
    examples: [['Resume the newest run', 'blockplan resume last']],
  },
  rollback: {
    details:
      'Restores the state that the guest had before the run. Uses the connection URI of the run, and ignores LIBVIRT_DEFAULT_URI.',
    exitCodes: `${RUN_CODES} It is 0 for a rollback that you requested.`,
    examples: [['Roll back the only unfinished run', 'blockplan rollback']],
  },
  status: {
    details:
      'Shows what needs your attention and the commands to type. With --max-age it also reads the backup stores, but not the data in them. A backup that is broken, incomplete or known to be damaged does not count.',
    exitCodes:
      'With --exit-code, the exit code is 2 if a run needs attention. With --max-age, it is 1 if no run does, but the newest good backup in a store is too old, or none is known.',
    examples: [
      ['Check from a monitoring system', 'blockplan status --exit-code --max-age 26h'],
      ['Print metrics of all runs', 'blockplan status --format prometheus'],
    ],
  },
  list: {
    details:
      'Shows the outcome, the domain, the disks and the destinations of each run. Reads only the journals; libvirt is not needed.',
    examples: [['List the runs on a domain', 'blockplan list web1']],
  },
  show: {
    details: 'Shows every step of the run, each command, its result and its duration.',
    examples: [['Show the newest run', 'blockplan show last']],
  },
  backups: {
    details:
      'Reads the manifests, the image headers and the file sizes in the folder. Nothing is changed, libvirt is not needed, and the data of the images is not read. A backup is complete, broken, a draft, or merging: a prune began to remove it and has not finished. Problems are listed below the table.',
    exitCodes:
      'The exit code is 0 if the store was read, whatever the state of its backups, 2 if the folder is not a backup store, and 3 if it cannot be read.',
    examples: [
      ['List the backups of a guest', 'blockplan backups /backup/web1'],
      [
        'Print the backups of one disk as JSON',
        'blockplan backups /backup/web1 --disk vda --format json',
      ],
    ],
  },
  browse: {
    details:
      'Serves each disk of the backup with qemu-nbd on a unix socket, and prints the commands that mount it. Nothing can be written through them. The store stays locked, so that no prune removes the backup meanwhile. Unmount everything before you end the command with Ctrl-C. latest stands for the newest backup.',
    exitCodes:
      'The exit code is 0 if you end the command, 130 if you end it before the disks are served, 2 if the store, the backup or the disk does not exist, and 3 if the backup cannot be served or no longer is.',
    examples: [
      ['Look into the newest backup', 'blockplan browse /backup/web1@latest'],
      [
        'Serve one disk of an older backup',
        'blockplan browse /backup/web1@2026-11-29-020000 --disk vda',
      ],
    ],
  },
  doctor: {
    details:
      'Inspects the chains, the definition, the jobs and the runs of a guest. Nothing is changed. Each finding has a hint; most also have a repair plan or a command to type.',
    exitCodes: 'The exit code is 0 if nothing was found and 3 if something was.',
    examples: [
      ['Diagnose a guest', 'blockplan doctor web1'],
      ['Write the repair plans to a folder', 'blockplan doctor web1 --output repairs'],
    ],
  },
  rescue: {
    details:
      'Restores a definition that a domain lost between undefine and redefine. Definitions that still exist are not changed. No guest is started, and no file is removed.',
    exitCodes:
      'The exit code is 5 if a definition cannot be restored or if it is unknown where its guest wrote last.',
    examples: [['Restore everything after a power loss', 'blockplan rescue --all']],
  },
  forget: {
    details:
      'Closes the run and removes its marker from the domain. No block job is ended and no file is removed; the report names what the run has left, with the commands that end its jobs. A run that may hold the only definition of its domain is refused.',
    exitCodes:
      'The exit code is 0 on success, 2 if no such run exists, and 3 if the run is active, has nothing to forget, or may hold the only definition of its domain.',
    examples: [['Close a run that status lists', 'blockplan forget 20261123-081502-3fa2c1']],
  },
  completion: {
    details: 'The Debian package installs each script in the folder where its shell looks for it.',
    examples: [
      ['Enable completion in the current bash session', 'source <(blockplan completion bash)'],
      [
        'Enable completion in all fish sessions',
        'blockplan completion fish > ~/.config/fish/completions/blockplan.fish',
      ],
    ],
  },
};

type Row = readonly [term: string, text: string];

export const ENVIRONMENT: readonly Row[] = [
  ['BLOCKPLAN_STATE_DIR', 'The state directory, instead of the one under FILES.'],
  [
    'BLOCKPLAN_NOTIFY',
    'The notification file, instead of the one under FILES; if empty, nobody is notified.',
  ],
  [
    'LIBVIRT_DEFAULT_URI',
    'The libvirt URI unless --connect is given. virsh reads its other variables as well.',
  ],
  ['XDG_STATE_HOME', 'The parent of the state directory of users other than root.'],
  [
    'XDG_CONFIG_HOME',
    'The parent of the folder with the notification file of users other than root.',
  ],
  ['XDG_CACHE_HOME', 'The parent of the cache of users other than root.'],
  [
    'XDG_RUNTIME_DIR',
    'The parent of the folder with the sockets of browse, for users other than root.',
  ],
  ['PATH', 'Where virsh, qemu-img, qemu-nbd and systemd-run are looked up.'],
  ['NO_COLOR', 'Print without colour, if not empty.'],
  ['FORCE_COLOR', 'Print with colour even if the output is not a terminal, unless 0 or false.'],
  ['TERM', 'If dumb, print plain lines without colour.'],
];

export const FILES: readonly Row[] = [
  ['/var/lib/blockplan', 'The state directory of root.'],
  ['~/.local/state/blockplan', 'The state directory of other users.'],
  [
    'runs/RUN/',
    'Below the state directory: the journal of a run (journal.jsonl), its plan (plan.yaml), its events (events.jsonl), a saved definition (bundle.json) and a report (report.json, report.md). Only their owner can read them.',
  ],
  ['unfinished/', 'Below the state directory: one file for each unfinished run.'],
  ['locks/', 'Below the state directory: the locks of active runs.'],
  [
    '/etc/blockplan/notify.yaml, ~/.config/blockplan/notify.yaml',
    'The notification files of root and of other users: who is notified when a run ends, and where its metrics are written.',
  ],
  [
    '/var/cache/blockplan, ~/.cache/blockplan',
    'Compiled code and the kernels of rehearsals. Both are recreated if you remove them.',
  ],
  [
    '/run/blockplan-*/, $XDG_RUNTIME_DIR/blockplan-*/',
    'The sockets of browse, for root and for other users. The command removes them at its end.',
  ],
];

/** The examples of blockplan(1), in the order of a first migration. */
export const EXAMPLES: CommandText['examples'] = [
  ['Write a plan', 'blockplan init migrate web1 --to /export/fast --output move-web1.yaml'],
  ['Check a plan', 'blockplan validate move-web1.yaml'],
  [
    'Preview it with another destination',
    'blockplan preview move-web1.yaml --set dest=/export/other/web1.qcow2',
  ],
  ['Run it', 'blockplan run move-web1.yaml'],
  ['See which runs need attention', 'blockplan status'],
  ['Resume an interrupted run', 'blockplan resume last'],
  ['Diagnose a guest', 'blockplan doctor web1'],
];
