/** `npm run generate`: writes all generated files, relative to the current directory. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { steps } from '../steps/registry.ts';
import { codesPage } from './codes-page.ts';
import { diskPage } from './disk-page.ts';
import { outputSchemas } from './output-schemas.ts';
import { stepPage, stepsTable } from './pages.ts';
import { templatesJson } from './templates.ts';
import {
  editorSchema,
  factsEditorSchema,
  factsValidatorCode,
  hookValidatorCode,
  manifestEditorSchema,
  manifestValidatorCode,
  notifyEditorSchema,
  notifyValidatorCode,
  validatorCode,
} from './validator.ts';

await writeFile('schemas/plan.schema.json', editorSchema(steps));
await writeFile('src/plan/validator.generated.js', await validatorCode(steps));
await writeFile('src/plan/hook-validator.generated.js', await hookValidatorCode());
await writeFile('schemas/facts.schema.json', factsEditorSchema());
await writeFile('src/facts/validator.generated.js', await factsValidatorCode());
await writeFile('schemas/notify.schema.json', notifyEditorSchema());
await writeFile('src/notify/validator.generated.js', await notifyValidatorCode());
await writeFile('schemas/backup-manifest.schema.json', manifestEditorSchema());
await writeFile('src/store/validator.generated.js', await manifestValidatorCode());
await writeFile(
  'src/plan/templates.generated.json',
  templatesJson((file) => readFileSync(`plans/${file}`, 'utf8')),
);
for (const [file, text] of outputSchemas()) await writeFile(file, text);
await writeFile('docs/error-codes.md', codesPage());
await writeFile('src/model/disks.md', diskPage());
await writeFile('docs/steps.md', stepsTable(steps));
for (const step of steps) await writeFile(`src/steps/${step.kind}.md`, stepPage(step));
