#!/usr/bin/env node
// Stands in for GitHub's command line, as far as the workflow in examples/pull-request uses it: it records every call,
// and keeps the comments of one pull request in the folder $FAKE_GITHUB. It knows the one --jq expression that the
// workflow has, so this shows what the script does with an answer, not that GitHub gives it.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const folder = process.env['FAKE_GITHUB'] ?? '';
const argv = process.argv.slice(2);
appendFileSync(join(folder, 'calls'), `${JSON.stringify(argv)}\n`);
if (process.env['GH_TOKEN'] !== 'the token') throw new Error('gh has no token');

const { positionals, values } = parseArgs({
  args: argv,
  allowPositionals: true,
  options: {
    paginate: { type: 'boolean' },
    silent: { type: 'boolean' },
    method: { type: 'string', default: 'GET' },
    jq: { type: 'string' },
    F: { type: 'string', short: 'F' },
  },
});
const [command, path = ''] = positionals;
const comments = JSON.parse(readFileSync(join(folder, 'comments.json'), 'utf8'));
const keep = () => writeFileSync(join(folder, 'comments.json'), JSON.stringify(comments));
const body = () => {
  if (!values.F?.startsWith('body=@')) throw new Error(`a body is missing: ${values.F}`);
  return readFileSync(values.F.slice('body=@'.length), 'utf8');
};

const LIST = 'repos/example/plans/issues/7/comments';
const OURS =
  '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.MARKER))) | .id';
const one = /^repos\/example\/plans\/issues\/comments\/(\d+)$/.exec(path);

if (command !== 'api') throw new Error(`gh ${command} is not known`);
if (values.method === 'GET' && path === `${LIST}?per_page=100` && values.paginate) {
  if (values.jq !== OURS) throw new Error(`--jq ${values.jq} is not known`);
  for (const { id, user, body } of comments) {
    if (user.login === 'github-actions[bot]' && body.startsWith(process.env['MARKER'])) {
      console.log(id);
    }
  }
} else if (values.method === 'POST' && path === LIST) {
  comments.push({
    id: 100 + comments.length,
    user: { login: 'github-actions[bot]' },
    body: body(),
  });
  keep();
} else if (values.method === 'PATCH' && one) {
  comments.find(({ id }) => id === Number(one[1])).body = body();
  keep();
} else {
  throw new Error(`${values.method} ${path} is not known`);
}
