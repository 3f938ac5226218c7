import { BlockplanError } from '../errors.ts';

/** libvirt does not answer a question about the domain, because another command holds it. It may answer later. */
export class DomainBusy extends BlockplanError {}
