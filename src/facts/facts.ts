/** A facts file as data, in the order in which it is written; see `schema.ts` for what each part means. */
import type { Destination } from '../model/destination.ts';
import type { BlockJob, Disk, DomainState } from '../model/host-state.ts';
import type { BrokenBitmap } from '../model/tracking.ts';
import type { Amount } from './amounts.ts';

export interface Facts {
  readonly facts: 'blockplan/v1';
  readonly host?: { readonly uri?: string; readonly libvirt?: string; readonly qemu?: string };
  readonly domain: DomainFacts;
  readonly disks?: readonly DiskFacts[];
  readonly files?: Readonly<Record<string, FileFacts | 'absent'>>;
  readonly 'same-files'?: readonly (readonly string[])[];
  readonly folders?: Readonly<Record<string, FolderFacts | 'absent'>>;
  readonly others?: readonly OtherFacts[];
  readonly definition?: string;
}

export interface DomainFacts {
  readonly name: string;
  readonly state?: DomainState;
  readonly persistent?: boolean;
  readonly autostart?: boolean;
  readonly agent?: boolean;
  readonly 'managed-save'?: boolean;
  readonly nvram?: boolean;
  readonly tpm?: boolean;
  readonly apparmor?: boolean;
  readonly snapshots?: readonly string[];
  readonly checkpoints?: readonly string[];
  readonly tracking?: readonly TrackingFacts[];
}

export interface TrackingFacts {
  readonly name: string;
  readonly created?: number;
  readonly disks: readonly {
    readonly target: string;
    readonly bitmap?: string;
    readonly next?: Amount;
    readonly broken?: BrokenBitmap;
  }[];
}

export interface DiskFacts {
  readonly target: string;
  readonly device?: Disk['device'];
  readonly readonly?: boolean;
  readonly unsupported?: readonly string[];
  readonly 'detect-zeroes'?: boolean;
  readonly snapshot?: string;
  readonly capacity?: Amount;
  readonly chain?: readonly (LayerFacts | string)[];
  readonly job?: {
    readonly type: BlockJob['type'];
    readonly ready?: boolean;
    readonly mirror?: string;
  };
}

export interface LayerFacts {
  readonly file: string;
  readonly format?: string;
  readonly block?: boolean;
  readonly size?: Amount;
  readonly 'data-files'?: readonly string[];
}

export interface FileFacts {
  readonly size?: Amount;
  readonly format?: string;
  readonly backing?: string;
  readonly link?: boolean;
  readonly 'data-files'?: readonly string[];
  readonly place?: DestinationFacts;
  readonly extents?: ExtentsFacts;
}

export interface ExtentsFacts {
  readonly 'virtual-size': Amount;
  readonly layers: readonly {
    readonly data: Amount;
    readonly empty?: Amount;
    readonly zeroes?: Amount;
  }[];
}

export interface DestinationFacts {
  readonly kind: Destination['kind'];
  readonly length: Amount;
  readonly header?: { readonly format: string; readonly 'virtual-size': Amount };
  readonly 'held-by'?: readonly string[];
}

export interface FolderFacts {
  readonly free?: Amount;
  readonly writable?: boolean;
  readonly compresses?: boolean;
}

export interface OtherFacts {
  readonly name: string;
  readonly files?: readonly string[];
  readonly writes?: readonly string[];
  readonly running?: boolean;
  readonly unread?: readonly string[];
}
