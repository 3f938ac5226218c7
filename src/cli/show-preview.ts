/** Prints a preview in the requested format. */
import { codes } from '../codes.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { colorWanted } from '../render/color.ts';
import type { DocumentTree } from '../render/document.ts';
import type { Preview } from '../simulate/preview.ts';
import type { Format } from './preview-formats.ts';
import { writeNewOutput } from './written-output.ts';

const OUTPUT = { command: 'preview', what: 'the preview', code: codes.outputNotWritable };

export interface ShowPreviewOptions {
  readonly format: Format;
  /** The new file to write to; standard output unless specified. */
  readonly output?: string;
}

/** @returns the exit code: whether a run would be refused */
export async function showPreview(
  preview: Preview,
  { format, output }: ShowPreviewOptions,
): Promise<number> {
  const look = output === undefined ? terminalLook() : PLAIN;
  const text = await textOf(preview, format, look);
  if (output === undefined) process.stdout.write(text);
  else await writeNewOutput(text, output, OUTPUT);
  const refused = preview.findings.some((finding) => finding.severity === 'error');
  // A diagram cannot show the findings that explain the exit code, and a file is not read at once.
  if (refused && (format === 'mermaid' || output !== undefined)) {
    const { renderFindings } = await import('../render/findings.ts');
    const color = colorWanted(process.env, process.stderr.isTTY === true);
    process.stderr.write(renderFindings(preview.findings, color));
  }
  return refused ? EXIT_CODES['preflight-refused'] : 0;
}

/** The first sentence of the preview as text for a terminal: what a confirmation is about. */
export async function previewHeadline(preview: Preview): Promise<string> {
  const { documentHeadline } = await import('../render/document-text.ts');
  const { previewDocument } = await import('../render/preview-document.ts');
  return documentHeadline(previewDocument(preview), ...terminalLook());
}

/** Loads only what the format needs. */
async function textOf(preview: Preview, format: Format, look: Look): Promise<string> {
  switch (format) {
    case 'json':
      return `${(await import('../render/json.ts')).jsonText(preview, 2)}\n`;
    case 'mermaid':
      return (await import('../render/mermaid.ts')).renderMermaid(preview);
    case 'text':
    case 'markdown':
    case 'html':
      return written(
        (await import('../render/preview-document.ts')).previewDocument(preview),
        format,
        look,
      );
  }
}

async function written(
  document: DocumentTree,
  format: Extract<Format, 'text' | 'markdown' | 'html'>,
  look: Look,
): Promise<string> {
  switch (format) {
    case 'text': {
      const { documentText } = await import('../render/document-text.ts');
      return documentText(document, ...look);
    }
    case 'markdown':
      return (await import('../render/document-markdown.ts')).documentMarkdown(document);
    case 'html':
      return (await import('../render/document-html.ts')).documentHtml(document);
  }
}

/** Whether the text has colours, and its width. */
type Look = readonly [color: boolean, columns: number | undefined];

const PLAIN: Look = [false, undefined];

function terminalLook(): Look {
  const color = colorWanted(process.env, process.stdout.isTTY === true);
  return [color, process.stdout.columns || undefined];
}
