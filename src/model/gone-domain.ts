import type { Domain } from './host-state.ts';

/** A domain that libvirt does not know. */
export function goneDomain(name: string): Domain {
  return {
    name,
    uuid: '',
    state: 'gone',
    persistent: false,
    autostart: false,
    disks: [],
    agent: false,
    snapshots: [],
    checkpoints: [],
    managedSave: false,
    nvram: false,
    tpm: false,
  };
}
