/** What to do, for each code: one or two sentences in Markdown, at most 25 words. */
import type { codes } from '../codes.ts';
import { RUN_CODE_REMEDIES } from './run-code-remedies.ts';

export const CODE_REMEDIES = {
  inputTooLarge: 'Check that you named the right file; a plan can be at most 1 MiB in size.',
  inputNotUtf8: 'Save the file as UTF-8; `iconv` converts other encodings.',
  forbiddenCharacter:
    'Remove the character; it often comes from text that was copied from a web page or a document.',
  inputEmpty:
    'Begin a plan with `plan: blockplan/v1` and add steps; export facts with `blockplan facts DOMAIN`.',
  notYaml:
    'Check the indentation, the quotes and the brackets at the reported line and the line before it.',
  tabIndentation: 'Indent with spaces; YAML allows no tabs there.',
  severalDocuments:
    'Move the second document to its own file, or remove the `---` line between the two.',
  tagOrDirective: 'Remove the tag or directive. To write a number as text, put it in quotes.',
  nestedTooDeep: 'Check the indentation and the brackets; a plan needs at most five levels.',
  aliasExpansion: 'Write the values out instead of using aliases.',
  duplicateKey: 'Remove one of the two keys; the message gives the line of the first.',
  keyNotText: 'Write each entry as `key: value`, with a word as its key.',
  invalidAlias:
    'Define the anchor above its alias, and merge only maps. Put text that begins with `*` in quotes.',
  inexactNumber: 'Use a smaller number, or put it in quotes to make it text.',
  valueTooLong: 'Check that the closing quote is in the right place, or use a shorter value.',
  wrongDocument:
    'Name the plan itself. Pass facts with `--facts`; show a run with `blockplan show RUN`; put a definition under `definition` in a facts file.',
  notMapping: 'Write the plan as keys and values, with the list of steps below the key `steps`.',
  wrongType:
    'Write a value of the type in the message; quotes turn a number, `true` or `false` into text.',
  invalidValue: 'Use one of the values that the message lists, or a value within its limits.',
  missingKey: 'Add the key. The reference page of the step lists all required keys.',
  unknownKey:
    'Correct the spelling or remove the key. Check its indentation too: it may belong to another level.',
  optionNotOffered: 'Remove the option; the reference page of the step lists the supported ones.',
  unknownKind:
    'Correct the name of the kind. If the key is an option of a step, indent it below the kind.',
  missingKind: 'Add a kind such as `blockcopy` to the step, with its options indented below it.',
  severalKinds: 'Write one step for each kind, each beginning with its own `-`.',
  duplicateStepId: 'Give each step a unique `id`.',
  unknownReference:
    'Correct the name, or declare the variable under `vars`. Write `$${` for a literal `${`.',
  unclosedReference: 'Add the missing `}`, or write `$${` for a literal `${`.',
  referenceOrder:
    'Declare a variable above those that refer to it. Replace a reference to itself, or one in `domain`, with its value.',
  variableNotSet: 'Add `--set NAME=VALUE`, or give the variable a default under `vars`.',
  unknownVariable: 'Correct the name in `--set`, or declare the variable under `vars`.',
  variableType:
    'Use a value of the same type as the default, or put the default in quotes to make it text.',
  guestValueUnknown:
    'Name one of the disks in the message. If the plan is checked against facts, export them again with `blockplan facts DOMAIN`.',
  pathNotAbsolute:
    'Write the whole path on the host, such as `/var/lib/libvirt/images/web1.qcow2`.',
  conflictingOptions:
    'Remove one of the two options. For `convert`, name different files in `source` and `dest`.',
  optionNeedsAnother: 'Add the required option, or remove the option that requires it.',
  jobIncomplete:
    'Add `pivot` or `finish` to a copy. Add `pivot`, `keep-overlay` or `top` to a commit.',
  conflictingFormat:
    'Choose `qcow2`, or remove the option that the format does not allow, such as `shallow` or `compress`.',
  invalidGranularity: 'Use a power of two, such as 65536.',
  internalSnapshot:
    'Add `disk-only: true` for overlays, or `memspec` to save the memory to a file.',
  invalidDiskspec:
    'List each disk once and give each overlay its own file; a disk with `snapshot: no` has no file.',
  commitBaseMissing:
    'Add `shallow: true` to commit into the next layer, or name another layer with `base`.',
  invalidFormatOption: 'Use only the options and values that the message lists for the format.',
  factsNotDomainXml:
    'Export the facts again with `blockplan facts DOMAIN`, or insert the output of `virsh dumpxml --inactive`.',
  factsDefinitionMismatch:
    'Export the facts again with `blockplan facts DOMAIN`, or remove `definition` from the file.',
  factsDuplicate:
    'Remove one of the two entries, or export the facts again with `blockplan facts DOMAIN`.',
  factsWithoutDisks:
    'Export the facts with `blockplan facts DOMAIN`, or list each disk with its target and chain under `disks`.',
  invalidFingerprint: 'Copy the fingerprint from the reviewed preview; it begins with `bp1.`.',
  fingerprintMismatch:
    'Pass the facts file that the reviewed preview was made from, or remove `--facts`.',
  initIncomplete:
    'Add what the message names, or answer the questions of `blockplan init` on a terminal.',
  planNotWritable: 'Choose a new file in an existing folder that you can write to.',
  diskNotCopied:
    'Ignore it if the other disks hold nothing that a restore needs; otherwise use `plans/full-backup.yaml`, which copies all disks at one instant.',
  notifyTargetKind: 'Write one target for each way to notify, each beginning with its own `-`.',
  headersFileInvalid:
    'Write one `Name: value` per line, and let the user who runs the plans read the file.',
  invalidBandwidth:
    'Write a number of MiB/s, an amount such as `50M` or `800KiB`, or 0 for unlimited.',
  wordNotSendable: 'Rename the file or the domain so that its name does not contain the character.',
  inputUnreadable: 'Check the path and its permissions. Use `-` for standard input.',
  invalidSetting: 'Write `--set NAME=VALUE`, without spaces around the `=`.',
  noTerminal:
    'In a script, add `--yes` after checking the output of `blockplan preview`, or add `--dry-run` to change nothing.',
  stateUnreadable:
    'Run the command as the user who runs the plans, or set `BLOCKPLAN_STATE_DIR` to another directory.',
  factsMismatch:
    "Export the facts of the plan's domain with `blockplan facts DOMAIN`. Use either `--facts` or `--connect`.",
  factsWithoutFingerprint:
    'Add `--expect` with the fingerprint of the reviewed preview, or preview with `blockplan preview --facts`.',
  planForOtherDomain:
    'Name the same domain in both; if the plan has a variable for it, add `--set`.',
  outputNotWritable: 'Choose a file in an existing folder that you can write to.',
  moreFindings: 'Fix the problems shown and run the command again; many may have the same cause.',
  definitionDiskMismatch:
    'Give the disk the same target in the definition with `virsh edit`, or add it with `virsh attach-disk --config`.',
  domainNotFound:
    'Check the name with `virsh list --all`, and the connection: `qemu:///session` shows only your own guests.',
  guestNotRunning:
    'Start the guest with `virsh start`; live disk operations require a running or paused guest.',
  diskNotFound: 'List the disks with `virsh domblklist`, and use one of its targets in the plan.',
  diskNotEligible:
    'Remove the disk from the plan; only writable disks in local files or on block devices are supported.',
  blockJobActive:
    'Resume or roll back the unfinished run that started it, if there is one. Otherwise `blockplan doctor DOMAIN` prints how to end it.',
  fileExistence:
    'Choose another path, or create the missing file. Inspect an existing file before you remove it: it may hold data.',
  folderNotWritable:
    'Create the folder with `mkdir -p`, choose a path in an existing folder, or run blockplan as a user who can write to it.',
  noSpace:
    'Free some space, or choose another folder. If only the rollback lacks space, `on-failure: stop` runs the plan without rollback.',
  fileInOtherDomain:
    'Choose a file that no other domain or disk uses: changing a shared file corrupts the other guest.',
  domainTransient:
    'Restore the definition with `blockplan rescue DOMAIN` or `virsh define`, or remove `undefine` and `redefine` from the plan.',
  snapshotExists: 'Choose another name, or add `no-metadata: true`.',
  agentNotConnected:
    'Start `qemu-guest-agent` in the guest, resume the guest if it is paused, or remove `quiesce`.',
  layerMismatch:
    'Correct `base` or `top` to match the chain in the message; another run or tool may have changed the chain.',
  redefineMismatch:
    'Set `disk` and `source` of the `redefine` step to the disk and file in the message.',
  firmwareStateLost: 'Add `keep-nvram: true` or `keep-tpm: true` to the `undefine` step.',
  sourceInUse:
    'Take a snapshot first and copy the file below its overlay, or stop the guest that writes to it.',
  formatUnknown:
    'Set `source-format` to the format that the image was created with. Do not guess it for an untrusted image.',
  managedSaveExists:
    'If the saved memory is no longer needed, remove the image with `virsh managedsave-remove`.',
  definitionMismatch:
    'Add a `redefine` step before this one, or run the repair plan of `blockplan doctor DOMAIN` first.',
  domainLocked:
    'Run `blockplan status`. Wait for an active run; finish an interrupted one with `blockplan resume` or `blockplan rollback`.',
  journalNotWritable:
    'Free some space in the state directory or grant access to it, or set `BLOCKPLAN_STATE_DIR` to another permanent directory.',
  backingMismatch:
    'Create the image again on the backing file in the message, with `qemu-img create -b`.',
  endsTransient: 'Add a `redefine` step at the end of the plan, or remove the `undefine` step.',
  otherDomainUnreadable:
    'Run blockplan as a user who can read the files in the message, such as root.',
  hostChanged:
    'Check the new preview and confirm again; another user or tool changed the host meanwhile.',
  diskUnsupported:
    'Remove the disk from the plan; in a snapshot, list it in `diskspec` with `snapshot: no`.',
  rollbackNeedsFolder: 'Add `shallow: true` to the `blockcopy` step.',
  domainListUnknown: 'Run `virsh list --all` as the same user, and fix the error that it reports.',
  pathUnreadable: 'Run blockplan as a user with access to the path, such as root.',
  optionTooNew: 'Remove the option, or upgrade libvirt to the version in the message.',
  snapshotOutdated:
    'Ignore it if you will not revert to the snapshot. Delete an unneeded record with `virsh snapshot-delete --metadata`.',
  checkpointLost:
    'Ignore it if you take no incremental backups; otherwise keep the disk in qcow2, or take a full backup afterwards.',
  totalSpaceTooSmall: 'Free some space, or put some of the files on another file system.',
  spaceAtRisk:
    'Ignore it if the guest writes little during the run, or if the copy will be smaller; otherwise free some space, or use another folder.',
  autostartSuspended:
    'Ignore it if the guest may stay off after a power loss during the run; otherwise remove `undefine` and `redefine`.',
  chainTooDeep:
    'Shorten the chain with a `blockcommit` step. Ignore the warning only if the chain will not grow further.',
  knownFault:
    'Ignore it if your distribution has backported the fix; otherwise upgrade to the version in the hint.',
  qemuAccessDenied:
    "Choose a path that QEMU's user can reach, or grant access to the folder in the message with `chmod o+x`.",
  apparmorMayDeny:
    'Ignore it if the AppArmor profile of `virt-aa-helper` allows the path; otherwise choose a name that ends in `.qcow2`.',
  endsWithMismatch: 'Add a `redefine` step with the `disk` and `source` in the message.',
  wholeChainMerged:
    'Ignore it if no other guest or backup uses the lowest layer; otherwise set a higher `base`, or `shallow: true`.',
  cannotMoveAside:
    'Choose another folder on the same file system. If two files have the same name, use `delete`.',
  snapshotDiskUnset:
    'List the disk in `diskspec`, with `snapshot: external` or, above a block device, with a `file`.',
  imageOfSeveralFiles:
    'Remove the disk from the plan, or shut the guest down and convert the image to a single file with `qemu-img convert`.',
  destinationInUse:
    'Choose another destination, or unmount or release this one: overwriting it destroys data in use.',
  destinationKind: 'Add `blockdev: true` for a block device, and remove it for a regular file.',
  destinationImage:
    'Create the image again with `qemu-img create`, in the format in the plan and with exactly the size of the disk.',
  deviceTooSmall: 'Ignore it if the guest never fills the disk; otherwise choose a larger device.',
  nextStartMismatch:
    "Remove `keep-relative`, or correct the backing file name in the image's header.",
  reviewMismatch: 'Review the plan again, and pass the new fingerprint with `--expect`.',
  hookProgramUnusable:
    'Install the program on the machine that blockplan runs on and make it executable, or correct its path in the plan.',
  layerHasOtherWriter:
    'Detach the disk from the other guest first; blockplan supports only disks that a single guest writes to.',
  fileNotRemovable: 'Remove `delete` from the step, and remove the file yourself after the run.',
  storeLockUnavailable:
    'Wait until the process in the message has ended. Do not prune a store that cannot be written to while it is browsed.',
  diskNotServed:
    "Fix the cause in the message, which is qemu-nbd's own, and run `blockplan browse` again.",
  temporaryKept:
    'Ignore it if you can remove the temporary files yourself; otherwise put the step whose result is kept last.',
  invalidSeed: 'Copy a seed that `blockplan prove` printed for the same plan and facts.',
  guestNotOff: 'Shut the guest down first, and wait until it is off.',
  backupNotFound: 'List the backups with `blockplan backups STORE`, and name one of them.',
  backupUnusable: 'Name another backup, or restore the missing files from a copy of the store.',
  backupOfOtherGuest:
    'Name the store of this guest. To use a backup of another guest, restore it by hand as in [docs/backups.md](backups.md).',
  restoredSizeDiffers:
    'Ignore it if the disk should have its former size again; otherwise resize the restored image after the restore.',
  checkpointsLeft:
    'Ignore it if the next backup may be a full one; the former images keep their bitmaps, and a rollback uses them again.',
  pruneUnfinished:
    'Resume the run of the prune, or prune the store again. The other backups can be restored meanwhile.',
  diskNotRestored:
    'Ignore it if the other disks do not depend on this one, and list them in `disks`; otherwise use a backup of all disks.',
  rehearsalNeedsRoot: "Run `blockplan rehearse` as root; it does not touch the host's own libvirt.",
  packagesMissing:
    'Install the packages in the message with `apt-get install --no-install-recommends`.',
  labFailed: 'Fix the cause in the message and try again. The failure is unrelated to the plan.',
  notRehearsable:
    'Rehearse the plan with a file instead of a block device, or check it with `blockplan prove`.',
  checkpointExists: 'Choose another name, or delete the checkpoint that has it.',
  checkpointNotFound: 'See `virsh checkpoint-list`, and correct the name.',
  bitmapMissing: 'Delete the checkpoint with `metadata: true`, and take a full backup.',
  incrementImpossible: 'Write `without-parent: full` once: that disk then begins a new chain.',
  backupVerificationInvalid: 'Verify the backup again with the step `backup-verify`.',
  overlayNeedsLayer:
    'Find out what needs the overlay. Remove or move it, delete its snapshot, or choose another base.',
  backingNotRelative: 'Remove `keep-relative`; the header then names the base by its path.',
  notBackupStore: 'Name the folder that has a subfolder for each backup, not one of the backups.',
  storeUnreadable:
    'Run blockplan as a user who can read the folder, such as root. Preview a restore on the host: facts do not include stores.',
  backupManifestInvalid:
    'Restore `manifest.json` from a copy of the store, or restore the original name of a renamed folder.',
  backupManifestNewer: 'Use the version of blockplan that created the backup, or a newer one.',
  backupChainBroken:
    'Restore the missing or changed files from a copy of the store. Backups that do not need them are not affected.',
  backupSumsInvalid:
    'Restore the checksum file from a copy of the store. Without it the disk can be restored, but not verified.',
  backupOutOfPlace:
    'Move it, with the backups that it needs, to its own store. Of two with the same sequence number, move one out.',
  pruneMarkInvalid: 'Restore `prune.json` from a copy of the store.',
  backupDamaged:
    'Restore the damaged files from a copy of the store and verify the backup again, or make a new full backup.',
  virshMissing: 'Install it with `apt install libvirt-clients` or `dnf install libvirt-client`.',
  daemonUnreachable:
    'Start the daemon with `systemctl start libvirtd` or `systemctl start virtqemud`.',
  libvirtAccessDenied: 'Run blockplan as root or as a member of the `libvirt` group.',
  invalidUri:
    'Correct the URI in `--connect` or `LIBVIRT_DEFAULT_URI`, for example to `qemu:///system`.',
  connectionRefused: 'Run `virsh -c URI uri` as the same user, and fix the error that it reports.',
  connectionTimeout:
    'Run `virsh -c URI uri`. If it hangs too, check the load of the host and restart the libvirt daemon.',
  domainUnreadable:
    'Run `virsh dumpxml DOMAIN` as the same user, and fix the error that it reports.',
  remoteHost:
    'Run blockplan on that machine, for example through SSH: it needs access to the files there.',
  connectionNotLocal:
    'Use `qemu:///system`, `qemu:///session` or `qemu+unix:///system?socket=/PATH`.',
  qemuNbdMissing: 'Install it with `apt install qemu-utils` or `dnf install qemu-img`.',
  ...RUN_CODE_REMEDIES,
} as const satisfies Readonly<Record<keyof typeof codes, string>>;
