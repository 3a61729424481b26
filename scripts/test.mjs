// npm test [-- part …]: sets up, builds and runs every test. Parts: native, sanitize, wasm, web, e2e.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { buildTargets } from './lib/cmake.mjs';
import { countJunit, countNode } from './lib/counts.mjs';
import { relaxedSimdFlags } from './lib/node-flags.mjs';
import { root, runMain, say, step, StepError } from './lib/process.mjs';
import { filesBelow } from './lib/stamp.mjs';
import { setup } from './setup.mjs';

const total = { passed: 0, failed: 0 };
/** @type {string[]} */
const failures = [];

/** @param {string} title @param {import('./lib/counts.mjs').Counts} counts */
function report(title, { passed, failed }) {
  total.passed += passed;
  total.failed += failed;
  if (failed > 0) failures.push(title);
}

/** A check that passes or fails as a whole. @param {string} title @param {() => Promise<unknown>} work */
async function check(title, work) {
  try {
    await work();
    report(title, { passed: 1, failed: 0 });
    return true;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    say(`  ✗ ${title}: ${error.message}`);
    report(title, { passed: 0, failed: 1 });
    return false;
  }
}

/** Builds the tests of a preset and runs ctest. @param {string} preset @param {string[]} targets */
async function runCtest(preset, targets) {
  const built = await buildTargets(`build ${preset} tests`, preset, targets, { mayFail: true });
  if (built.code !== 0) return report(`build ${preset} tests`, { passed: 0, failed: 1 });
  const title = `ctest ${preset}`;
  const junit = join(root, 'build', preset, 'junit.xml');
  const jobs = ['--output-on-failure', '--no-tests=error', '--parallel', '2', '--output-junit', junit];
  const { code, output } = await step(title, ['ctest', '--test-dir', `build/${preset}`, ...jobs], {
    mayFail: true,
    tail: 200,
  });
  say(`    ${output.match(/^\d+% tests passed.*$/m)?.[0] ?? 'ctest ran no test'}`);
  const counts = existsSync(junit) ? countJunit(readFileSync(junit, 'utf8')) : { passed: 0, failed: 1 };
  report(title, code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);
}

/** Runs test files with node's runner. @param {string} title @param {string[]} files */
async function runNode(title, files) {
  if (files.length === 0) return report(title, (say(`  ✗ ${title}: there is no test`), { passed: 0, failed: 1 }));
  const command = [process.execPath, ...relaxedSimdFlags, '--test', '--test-reporter=spec', ...files];
  const { code, output } = await step(title, command, { mayFail: true, tail: 200 });
  const counts = countNode(output, code);
  say(output.match(/^\S+ (tests|pass|fail) \d+$/gm)?.map((line) => `    ${line}`).join('\n') ?? '    no test ran');
  report(title, counts.passed + counts.failed > 0 ? counts : { passed: 0, failed: 1 });
}

/** @param {string} folder */
const testFiles = (folder) => filesBelow(folder).filter((path) => /\.test\.m?js$/.test(path));

/** @type {Record<string, () => Promise<void>>} */
const parts = {
  native: () => runCtest('native', ['all']),
  sanitize: () => runCtest('sanitize', ['all']),
  async wasm() {
    await runCtest('wasm', ['wasm_modules', 'wasm_bench', 'engine_tests']);
    await runNode('bindings', testFiles('tests/wasm'));
  },
  async web() {
    await check('type check', async () => {
      for (const project of ['tsconfig.json', 'tsconfig.node.json']) {
        await step(`tsc ${project}`, [process.execPath, 'node_modules/typescript/bin/tsc', '--project', project]);
      }
    });
    const others = testFiles('tests').filter((path) => !/tests\/(wasm|e2e)\//.test(path));
    await runNode('front end and command line', others);
    await check('size', async () => (await import('./check-size.mjs')).checkSize());
  },
  async e2e() {
    const files = testFiles('tests/e2e');
    if (files.length === 0) await runNode('browsers', files);
    // One after the other, because some of them measure.
    for (const file of files) await runNode(`browsers: ${file.slice(join(root, 'tests/e2e/').length)}`, [file]);
  },
};

await runMain(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((part) => !(part in parts));
  if (unknown) throw new StepError(`There is no part "${unknown}". Parts: ${Object.keys(parts).join(', ')}`);
  const since = Date.now();
  say('Setting up');
  await setup({ tests: true });
  say('Building');
  const built = await check('build', build);
  for (const part of wanted.length > 0 ? wanted : Object.keys(parts)) {
    say(`Testing: ${part}`);
    if (built || part === 'native' || part === 'sanitize') await parts[part]();
    else report(part, (say('  ✗ not run, because the build failed'), { passed: 0, failed: 1 }));
  }
  say(`\nTime: ${Math.round((Date.now() - since) / 1000)} s`);
  if (failures.length > 0) say(`Failed: ${failures.join(', ')}`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
});
