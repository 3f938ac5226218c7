import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { initialPlanText } from '../../../src/plan/initial-plan.ts';
import type { TemplateName } from '../../../src/plan/templates.ts';
import { SHIPPED } from '../../plans.ts';
import { world } from '../../worlds.ts';

const SHALLOW = '# shallow: the layers below the active one stay where they are;';

test.each(SHIPPED)('%s says what a shallow copy leaves where it is', (file) => {
  const text = readFileSync(new URL(`../../../plans/${file}`, import.meta.url), 'utf8');
  expect(text.includes(SHALLOW)).toBe(text.includes('shallow: true'));
});

test.each<TemplateName>(['migrate', 'migrate-classic'])(
  'so does the plan of init %s',
  (template) => {
    const { domain } = world();
    const [disk] = domain.disks;
    if (!disk) throw new Error('the guest has no disk');
    const text = initialPlanText({
      template,
      domain,
      disk,
      folder: '/copies',
      attempt: { copy: 1, overlay: 1 },
    });
    expect(text).toContain(SHALLOW);
  },
);
