/** What the name of an image in another image's header leads to (QEMU, docs/system/qemu-block-drivers and block.c). */
import { posix } from 'node:path';

/** Drivers of which all files are named by `filename`, in the node itself or in those below it. */
const LOCAL_DRIVERS = new Set([
  ...['file', 'host_device'],
  ...['raw', 'qcow2', 'qcow', 'qed', 'vmdk', 'vdi', 'vhdx', 'vpc', 'parallels', 'luks'],
]);

/** `nbd:…`, `https://…`: what comes before the first colon is a protocol, unless there is a slash in it (path_has_protocol). */
const PROTOCOL = /^[^/:]*:/;

/**
 * The paths that a name stands for: one, or for QEMU's own JSON any number. What is on a network keeps its name.
 * @param folder where relative names count from
 * @returns undefined where it cannot be told
 */
export function pathsNamed(name: string, folder: string): readonly string[] | undefined {
  if (name.startsWith('json:')) return pathsInJson(name.slice('json:'.length), folder);
  const path = name.replace(/^(?:file|host_device):/, '');
  return [PROTOCOL.test(path) ? path : posix.resolve(folder, path)];
}

function pathsInJson(text: string, folder: string): readonly string[] | undefined {
  try {
    return pathsInNode(JSON.parse(text), folder);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Options may be nested, or flat with dots in their names: `{"file": {"filename": …}}`, `{"file.filename": …}`. */
function pathsInNode(node: unknown, folder: string): readonly string[] | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined;
  const paths: string[] = [];
  for (const [key, value] of Object.entries(node)) {
    const option = key.split('.').at(-1);
    if (option === 'driver' && !LOCAL_DRIVERS.has(String(value))) return undefined;
    const isNode = ['file', 'backing', 'data-file'].includes(option ?? '');
    // A string there is the name of a node that was made elsewhere.
    const below = isNode && value !== null ? pathsInNode(value, folder) : [];
    const own = option === 'filename' ? pathsNamed(String(value), folder) : [];
    if (below === undefined || own === undefined) return undefined;
    paths.push(...below, ...own);
  }
  return paths;
}
