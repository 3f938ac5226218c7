/** The shape of a backup store in a host state, as journals keep it. */
import type { Finding } from '../errors.ts';
import type {
  BackupStore,
  BrokenImage,
  DroppedBackup,
  PointInTime,
  PruneMark,
  StoredBackup,
  StoredDisk,
  StoredPoint,
  Verification,
  VerifiedDisk,
} from './backup-store.ts';
import {
  amount,
  byKey,
  type Fields,
  fields,
  flag,
  listOf,
  oneOf,
  optionalField,
  type Shape,
  text,
  textLike,
  trueFlag,
} from './shape.ts';

/** A finding about a store has no place in a plan. */
const finding: Shape<Finding> = fields<Pick<Finding, 'code' | 'severity' | 'message' | 'hint'>>({
  code: textLike(/^BP\d{3}$/, 'the code of a finding') as Shape<Finding['code']>,
  severity: oneOf<Finding['severity']>('error', 'warning'),
  message: text,
  hint: optionalField(text),
});

const DROPPED: Fields<DroppedBackup> = {
  name: text,
  sequence: optionalField(amount),
  into: optionalField(text),
};

const point = fields<PointInTime>({
  domain: text,
  uuid: text,
  time: text,
  sequence: amount,
  parent: optionalField(text),
  checkpoint: optionalField(text),
  quiesced: flag,
  notQuiesced: optionalField(text),
});

const disk = fields<StoredDisk>({
  target: text,
  file: text,
  mode: oneOf<StoredDisk['mode']>('full', 'incremental'),
  capacity: amount,
  source: optionalField(text),
  serial: optionalField(text),
  root: optionalField(text),
  size: optionalField(amount),
  below: optionalField(text),
  broken: optionalField(fields<BrokenImage>({ problem: text, hint: optionalField(text) })),
});

/** The result of a verification, here and in the folder of the backup. */
export const verificationShape = fields<Verification>({
  time: textLike(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'a time in UTC'),
  disks: listOf(fields<VerifiedDisk>({ target: text, root: text, problem: optionalField(text) })),
});

const STORED: Fields<StoredPoint> = {
  name: text,
  point: optionalField(point),
  disks: listOf(disk),
  size: amount,
  needs: optionalField(listOf(text)),
  findings: listOf(finding),
};

export const backupStoreShape: Shape<BackupStore> = fields<BackupStore>({
  backups: listOf(
    fields<StoredBackup>({
      ...STORED,
      verified: optionalField(verificationShape),
      dropped: optionalField(
        fields<NonNullable<StoredBackup['dropped']>>({
          ...DROPPED,
          begun: optionalField(trueFlag),
        }),
      ),
      left: optionalField(byKey(text)),
    }),
  ),
  drafts: listOf(fields<StoredPoint>(STORED)),
  mark: optionalField(fields<PruneMark>({ drop: listOf(fields<DroppedBackup>(DROPPED)) })),
  holders: listOf(text),
  strays: listOf(text),
  findings: listOf(finding),
  readAt: optionalField(text),
});
