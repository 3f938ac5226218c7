/**
 * All codes of findings: the name that the source uses, the number that users see, and what is wrong.
 * BP0xx is about the input, BP1xx about the host, BP2xx about a run. A number keeps its meaning for ever.
 */

/** The error codes in the README are generated from this table: each sentence is Markdown. */
export const CODE_TABLE = {
  inputTooLarge: ['BP001', 'The plan is too large to be read'],
  inputNotUtf8: ['BP002', 'The plan is not UTF-8'],
  forbiddenCharacter: [
    'BP003',
    'The plan, or a value for it, holds a character that a reader would not see',
  ],
  inputEmpty: ['BP004', 'The plan is empty'],
  notYaml: ['BP005', 'The plan is not YAML'],
  tabIndentation: ['BP006', 'A line is indented with a tab'],
  severalDocuments: ['BP007', 'The file holds a second document'],
  tagOrDirective: ['BP008', 'A YAML tag or directive that a plan has no use for'],
  nestedTooDeep: ['BP009', 'The plan is nested too deep'],
  aliasExpansion: ['BP010', 'Aliases blow the plan up, or hold themselves'],
  duplicateKey: ['BP011', 'A key is given twice'],
  keyNotText: ['BP012', 'A key is not a word'],
  invalidAlias: ['BP013', 'An alias without its anchor, or a merge of something that is not a map'],
  inexactNumber: ['BP014', 'A number that cannot be held exactly'],
  valueTooLong: ['BP015', 'A value is too long'],
  notMapping: ['BP020', 'The plan is not a map of keys'],
  wrongType: ['BP021', 'A value is of the wrong type'],
  invalidValue: ['BP022', 'A value is not one of those, or not in the range, that are allowed'],
  missingKey: ['BP023', 'A key is missing'],
  unknownKey: ['BP024', 'An unknown key'],
  optionNotOffered: ['BP025', 'An option of virsh that is not offered; the message says why'],
  unknownKind: ['BP030', 'An unknown kind of step'],
  missingKind: ['BP031', 'A step without a kind'],
  severalKinds: ['BP032', 'A step with two kinds'],
  duplicateStepId: ['BP033', 'Two steps with one id'],
  unknownReference: ['BP040', 'A reference to something that does not exist'],
  unclosedReference: ['BP041', 'A reference that is never closed'],
  referenceOrder: ['BP042', 'A variable that refers to itself, or to a later one'],
  variableNotSet: ['BP043', 'A variable without a value'],
  unknownVariable: ['BP044', '`--set` names a variable that the plan does not declare'],
  variableType: ['BP045', '`--set` gives a value of another type than the default'],
  pathNotAbsolute: ['BP050', 'A path that is not absolute and plain'],
  conflictingOptions: ['BP051', 'Options that exclude each other'],
  optionNeedsAnother: ['BP052', 'An option that means nothing without another'],
  jobIncomplete: ['BP053', 'It is not said what a block job works on, or where it ends'],
  conflictingFormat: ['BP054', 'A format that does not go with another option'],
  invalidGranularity: ['BP055', 'A granularity that is not a power of two'],
  internalSnapshot: ['BP056', 'A snapshot that would be internal'],
  invalidDiskspec: ['BP057', 'A disk of a snapshot that is listed twice or contradicts itself'],
  commitBaseMissing: ['BP058', 'A commit without `base` or `shallow`'],
  invalidFormatOption: [
    'BP059',
    "An option of a copy's format that could write to another file, or that is not known",
  ],
  factsNotDomainXml: ['BP061', 'The definition in a facts file is not the XML of a domain'],
  factsDefinitionMismatch: [
    'BP062',
    'The definition in a facts file is one of another domain, or of one that has none',
  ],
  factsDuplicate: [
    'BP063',
    'A disk, a domain or a layer of a chain is listed twice in a facts file',
  ],
  factsWithoutDisks: ['BP064', 'A facts file has neither the disks nor a definition'],
  invalidFingerprint: ['BP065', '`--expect` is given something that is no fingerprint'],
  fingerprintMismatch: [
    'BP066',
    'The facts that are given with `--expect` are not those that the fingerprint stands for',
  ],
  wordNotSendable: ['BP090', "A word that virsh's input cannot carry"],
  inputUnreadable: ['BP091', 'The plan file, or the facts file, cannot be read'],
  invalidSetting: ['BP092', '`--set` without a name and a value'],
  noTerminal: ['BP093', 'There is no terminal to ask on, and no `--yes`'],
  stateUnreadable: ['BP094', 'The state folder is not yours to read'],
  factsMismatch: [
    'BP095',
    '`--facts` is of another domain than the plan works on, or stands beside `--connect`',
  ],
  factsWithoutFingerprint: ['BP096', '`--facts` of `run` without `--expect`'],
  planForOtherDomain: ['BP097', 'A plan that facts are to be written for is one of another domain'],
  factsNotWritable: ['BP098', 'The facts cannot be written'],
  moreFindings: ['BP099', 'There are more mistakes than are shown'],
  definitionDiskMismatch: [
    'BP100',
    'The definition lacks a disk of the running guest, or calls it by another target',
  ],
  domainNotFound: ['BP101', 'There is no such domain'],
  guestNotRunning: ['BP102', 'The guest does not run'],
  diskNotFound: ['BP103', 'The domain has no such disk'],
  diskNotEligible: [
    'BP104',
    'A disk that block jobs cannot work on: read-only, a CD-ROM, without a medium, not on a local path',
  ],
  blockJobActive: ['BP105', 'The disk has a block job already'],
  fileExistence: ['BP106', 'A file that must not exist does, or one that must exist does not'],
  folderNotWritable: ['BP107', 'A folder is missing, or nothing can be written there'],
  noSpace: ['BP108', 'There is too little space, for what a step makes or for its rollback'],
  fileInOtherDomain: ['BP109', "A file is in another domain's chain"],
  domainTransient: ['BP110', 'The domain is transient, and nothing keeps its definition'],
  snapshotExists: ['BP111', 'A snapshot of that name exists'],
  agentNotConnected: ['BP112', 'The guest agent is not connected'],
  layerMismatch: ['BP113', 'A layer is not where in the chain the plan says it is'],
  redefineMismatch: ['BP114', 'A definition would name a file that the guest does not run on'],
  firmwareStateLost: ['BP115', 'An NVRAM file or TPM state would be lost'],
  sourceInUse: ['BP116', 'Something writes to the file that would be copied'],
  formatUnknown: ['BP117', 'The format of an image is not known'],
  managedSaveExists: ['BP118', 'The domain has a managed save image'],
  definitionMismatch: [
    'BP119',
    'The persistent definition names another file than the one that the guest runs on',
  ],
  domainLocked: ['BP120', 'Another run works on the domain'],
  journalNotWritable: ['BP121', 'The journal cannot be written, so nothing is begun'],
  backingMismatch: ['BP122', "An image to reuse rests on another file than the guest's data does"],
  endsTransient: ['BP123', 'The plan would leave the domain transient'],
  otherDomainUnreadable: [
    'BP124',
    "Another domain's definition or image cannot be read, so what it rests on is unknown",
  ],
  hostChanged: ['BP125', 'The host has changed since the plan was shown and confirmed'],
  diskUnsupported: [
    'BP126',
    'The disk has a property that blockplan does not work on, such as `<shareable>`, `<transient>` or encryption: see [disks](src/model/disks.md)',
  ],
  rollbackNeedsFolder: [
    'BP127',
    'The rollback of a flat copy would have to put files beside a block device',
  ],
  domainListUnknown: ['BP128', 'libvirt does not say which other domains there are'],
  pathUnreadable: ['BP129', 'A file or folder of the plan cannot be inspected'],
  optionTooNew: ['BP130', 'An option that this libvirt does not have yet'],
  snapshotOutdated: [
    'BP131',
    "Warning: libvirt's record of a snapshot names layers that leave the chain",
  ],
  checkpointLost: ['BP132', 'Warning: what checkpoints track would be lost'],
  totalSpaceTooSmall: ['BP133', 'There is too little space for all that the plan makes together'],
  spaceAtRisk: [
    'BP134',
    'Warning: an overlay, the base of a commit, or a rollback, may find too little space',
  ],
  autostartSuspended: [
    'BP135',
    'Warning: a guest that starts with the host would not, while it is transient',
  ],
  chainTooDeep: ['BP136', 'A chain that is too deep for this libvirt, or soon will be'],
  knownFault: [
    'BP137',
    'Warning: this release of libvirt or QEMU is known to have a fault that the plan meets',
  ],
  qemuAccessDenied: ['BP138', "The guest's QEMU cannot write to a file of the plan"],
  apparmorMayDeny: [
    'BP139',
    "Warning: AppArmor may keep a new chain from being read at the guest's next start",
  ],
  endsWithMismatch: [
    'BP140',
    'The plan would end with a definition that names another file than the guest runs on',
  ],
  wholeChainMerged: [
    'BP141',
    'Warning: a commit merges a whole chain of three or more layers into its bottom',
  ],
  cannotMoveAside: [
    'BP142',
    'A file that a plan moves aside cannot be moved into that folder without being copied',
  ],
  snapshotDiskUnset: [
    'BP143',
    'libvirt takes no overlay of the disk by default, so the plan has to say what becomes of it',
  ],
  imageOfSeveralFiles: [
    'BP144',
    'An image keeps its data in several files: a qcow2 with a data file, a vmdk with extents',
  ],
  destinationInUse: [
    'BP145',
    'What a step would write over is mounted, used as swap, held by another device, or open',
  ],
  destinationKind: [
    'BP146',
    'What a step would write over is another kind of thing: a file, a block device, a folder',
  ],
  destinationImage: [
    'BP147',
    'What a step would write over has another size than the disk, or is no image of that format',
  ],
  deviceTooSmall: [
    'BP148',
    'Warning: a block device is too small for the disk as qcow2 once it is full',
  ],
  nextStartMismatch: [
    'BP149',
    'The next start would find another file below a layer than the running guest has there',
  ],
  reviewMismatch: ['BP150', 'The state of the host, or the plan, is not what was reviewed'],
  layerHasOtherWriter: ['BP155', 'Another guest, or another disk, writes to a layer of the disk'],
  fileNotRemovable: [
    'BP156',
    'A file that a plan removes is a symbolic link, a block device or in a folder that cannot be changed',
  ],
  invalidSeed: [
    'BP161',
    "A seed for `prove --replay` that is none, or that the plan's run does not reach",
  ],
  rehearsalNeedsRoot: ['BP170', 'A rehearsal takes root'],
  packagesMissing: ['BP171', 'Debian packages are missing for a rehearsal'],
  labFailed: ['BP172', 'The lab of a rehearsal failed'],
  notRehearsable: ['BP173', 'No lab can have such a guest, or such a plan'],
  backingNotRelative: ['BP180', 'A backing file name that is to be kept relative is not relative'],
  virshMissing: ['BP190', 'virsh is missing'],
  daemonUnreachable: ['BP191', 'No libvirt daemon answers'],
  libvirtAccessDenied: ['BP192', 'libvirt refuses you access'],
  invalidUri: ['BP193', 'The connection URI makes no sense to libvirt'],
  connectionRefused: ['BP194', 'libvirt refuses the connection'],
  connectionTimeout: ['BP195', 'libvirt does not answer in time'],
  domainUnreadable: ['BP196', 'The domain cannot be read'],
  remoteHost: ['BP197', 'libvirt is on another machine'],
  connectionNotLocal: [
    'BP198',
    "The connection is not the host's own libvirt, such as one with a `command` parameter",
  ],
  connectionLost: ['BP201', 'The connection to libvirt was lost'],
  runNotFound: ['BP210', 'No run, or more than one, is meant'],
  runEnded: ['BP211', 'The run is over'],
  journalUnreadable: ['BP212', 'The journal of a run cannot be read, or was altered'],
  journalUnsupported: ['BP213', 'The run was begun by another version of blockplan, or never'],
  planChanged: ['BP214', 'The plan of a run cannot be read, or was edited since'],
  runDomainReplaced: ['BP215', "The domain's name now belongs to another domain"],
  runOnOtherHost: ['BP216', 'The run was done on another machine'],
  onlyDefinition: [
    'BP217',
    'The run may hold the only definition of its domain, so it is not forgotten',
  ],
  unsafeName: ['BP219', 'A run id or a UUID that would lead to another folder'],
  activeRunNotFound: [
    'BP220',
    'No run is active, or more than one, and `attach` was not given one',
  ],
  runAbandoned: ['BP221', 'No process works on the run that `attach` was given, and it has no end'],
  detachOptions: ['BP222', '`--detach` without `--yes`, or with `--dry-run`'],
  definitionUnavailable: ['BP225', 'Nothing was kept there, or what was kept cannot be read'],
  definitionNotFound: ['BP226', 'It is not said, or not known, which definition to write back'],
  definitionOutdated: ['BP227', 'A definition of a run that is over; the domain has changed since'],
  nameTaken: ['BP228', 'The name of the kept definition now belongs to another domain'],
  transientRestorable: [
    'BP230',
    'Doctor: the domain is transient, and a journal has its definition',
  ],
  transientUnrestorable: [
    'BP231',
    'Doctor: the domain is transient, and nothing keeps its definition',
  ],
  undefinedRestorable: [
    'BP232',
    'Doctor: libvirt does not know the domain, and a journal has its definition',
  ],
  definitionStale: ['BP233', 'Doctor: the definition names another file than the guest writes to'],
  definitionHidesLayers: ['BP234', 'Doctor: the definition hides layers'],
  overlayUncommitted: ['BP235', 'Doctor: an overlay that was never committed'],
  overlayOrphaned: [
    'BP236',
    "Doctor: an overlay above the guest's files that is in no domain's chain",
  ],
  snapshotMismatch: ['BP237', 'Doctor: the record of a snapshot does not match the disks'],
  checkpointBroken: ['BP238', 'Doctor: the bitmap of a checkpoint is gone, or cannot be trusted'],
  jobAbandoned: ['BP239', 'Doctor: a job that nothing ends'],
  markerStale: ['BP240', 'Doctor: the mark of a run that is dead, or on another machine'],
  runUnfinished: ['BP241', 'Doctor: an unfinished run'],
  ioError: ['BP242', 'Doctor: an I/O error'],
  managedSaveMismatch: [
    'BP243',
    'Doctor: the managed save image names other files than the definition',
  ],
  layerUnreadable: ['BP244', 'Doctor: a file of a chain is missing, or cannot be read'],
  headerMismatch: ['BP245', 'Doctor: a header names another chain than the running guest has'],
  repairsNotWritable: ['BP246', "The doctor's plans cannot be written"],
  autostartLost: ['BP247', 'Doctor: a run took the autostart mark away, and it is not back'],
} as const satisfies Readonly<Record<string, readonly [number: `BP${number}`, meaning: string]>>;

/** Numbers that had a meaning once and must not get another one. */
export const RETIRED: readonly string[] = ['BP026'];

type Table = typeof CODE_TABLE;
type Codes = { readonly [Name in keyof Table]: Table[Name][0] };

/** The number of a finding, such as `BP106`; stable and searchable. */
export type Code = Codes[keyof Codes];

/** The number of each name: `codes.diskNotFound` is `BP103`. */
export const codes = Object.fromEntries(
  Object.entries(CODE_TABLE).map(([name, [number]]) => [name, number]),
) as Codes;
