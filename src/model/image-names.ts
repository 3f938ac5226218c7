/** Resolves the name of an image in another image's header (QEMU, docs/system/qemu-block-drivers and block.c). */
import { posix } from 'node:path';

/** Drivers whose files are all named by `filename`, in the node itself or in those below it. */
const LOCAL_DRIVERS = new Set([
  ...['file', 'host_device'],
  ...['raw', 'qcow2', 'qcow', 'qed', 'vmdk', 'vdi', 'vhdx', 'vpc', 'parallels', 'luks'],
]);

/** `nbd:…`, `https://…`: text before the first colon is a protocol, unless it contains a slash (path_has_protocol). */
const PROTOCOL = /^[^/:]*:/;

/**
 * The paths that a name stands for: one, or for QEMU's own JSON any number. A name on the network stays as it is.
 * @param folder the folder that relative names count from
 * @returns undefined where the paths cannot be determined
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
    // A string is the name of a node that was created elsewhere.
    const below = isNode && value !== null ? pathsInNode(value, folder) : [];
    const own = option === 'filename' ? pathsNamed(String(value), folder) : [];
    if (below === undefined || own === undefined) return undefined;
    paths.push(...below, ...own);
  }
  return paths;
}
