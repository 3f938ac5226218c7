import { plan, step } from './kinds.ts';

/** A plan with these variables and one step with these options. */
function copyWith(vars: string, options: string): string {
  return plan(`vars: { ${vars} }\nsteps: [{ copy: { disk: vda, ${options} } }]\n`);
}

/** A plan with these variables and a step that uses none. */
function withVars(vars: string): string {
  return plan(`vars: { ${vars} }\nsteps: [{ forget: {} }]\n`);
}

/** A plan with this domain. */
function withDomain(domain: string, rest: string): string {
  return `plan: blockplan/v1\nname: a\ndomain: ${domain}\n${rest}`;
}

type Case = readonly [source: string, set?: Readonly<Record<string, string>>];

/** Plans with wrong variables, or with wrong values set for them. */
export const vars: Readonly<Record<string, Case>> = {
  'an unknown variable': [copyWith('dest: /a', 'dest: "/x/${vars.dst}"')],
  'none declared': [step('copy: { disk: vda, dest: "${vars.dst}" }')],
  'two in one text': [step("copy: { disk: vda, dest: '/${vars.a}/${vars.b}' }")],
  'an unquoted one': [step('copy:\n      disk: vda\n      dest: /x/${vars.dst}/y')],
  'behind an escape': [step('copy: { disk: vda, dest: "/\\x61/${vars.dst}" }')],
  'in a folded text': [plan('description: >\n  a\n  ${vars.b}\nsteps: [{ forget: {} }]\n')],
  'in the domain': [withDomain('g-${vars.a}', 'steps: [{ forget: {} }]\n')],
  'without its prefix': [copyWith('dest: /a', 'dest: "${dest}"')],
  'a shell habit': [step('copy: { disk: vda, dest: "${HOME}/x" }')],
  'with spaces': [copyWith('dest: /a', 'dest: "${ vars.dest }"')],
  'an empty reference': [step('copy: { disk: vda, dest: "${}" }')],
  'never closed': [step('copy: { disk: vda, dest: "/a${vars.x" }')],
  'domain misspelt': [step('copy: { disk: vda, dest: "/a/${doman}" }')],
  'a property that the guest does not have': [step('copy: { disk: vda, dest: "${guest.dest}" }')],
  'a reference in a reference': [
    copyWith('disk: vda', 'dest: "${guest.disks.${vars.disk}.source}"'),
  ],
  'an unknown variable in brackets': [
    copyWith('disk: vda', 'dest: "${guest.disks[vars.dsk].source}"'),
  ],
  'the domain of its guest': [withDomain('${guest.name}', 'steps: [{ forget: {} }]\n')],
  'to itself': [withVars('a: "x${vars.a}"')],
  'to a later one': [copyWith('a: "${vars.b}", b: 1', 'dest: "${vars.a}"')],
  'the domain of itself': [
    withDomain('${domain}', 'steps: [{ copy: { disk: "${domain}", dest: /a } }]\n'),
  ],
  'a variable made of a domain of variables': [
    withDomain('g${vars.b}', 'vars: { a: "${domain}", b: x }\nsteps: [{ forget: {} }]\n'),
  ],
  'required and not set': [
    plan('vars:\n  dest:\nsteps: [{ copy: { disk: vda, dest: "${vars.dest}" } }]\n'),
  ],
  'set, but not declared': [withVars('dest: /a'), { dst: '/b' }],
  'set, none declared': [step('forget: {}'), { dst: '/b' }],
  'set, with an escape': [withVars('dest: /a'), { dest: '/\x1b' }],
  'set, not a number': [withVars('n: 1'), { n: '10M' }],
  'set, a number that cannot be represented': [withVars('n: 1'), { n: '12345678901234567890' }],
  'set, not a boolean': [withVars('b: true'), { b: 'yes' }],
  'set, an unknown one named like a method': [withVars('a: 1'), { toString: 'x' }],
  'a value that does not fit': [copyWith('n: fast', 'dest: /a, bandwidth: "${vars.n}"')],
  'a set text for a number': [copyWith('n: ', 'dest: /a, bandwidth: "${vars.n}"'), { n: '10' }],
  'values too long together': [copyWith(`a: ${'x'.repeat(6_000)}`, 'dest: "/${vars.a}${vars.a}"')],
  'a faulty variable, used': [copyWith('a: "${vars.zzz}"', 'dest: "${vars.a}"')],
};
