// Runs commands as named steps: one line each, output in build/logs, the tail of it on failure.

import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where progress goes; the command line keeps stdout for the program's own output. */
let out = /** @type {NodeJS.WriteStream} */ (process.stdout);

/** @param {NodeJS.WriteStream} stream */
export function setProgressStream(stream) {
  out = stream;
}

/** @param {string} text */
export function say(text) {
  out.write(`${text}\n`);
}

/** A failure whose message is all that people need to see. */
export class StepError extends Error {}

/** @param {number} since */
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * @typedef {object} StepOptions
 * @property {NodeJS.ProcessEnv} [env] added to the environment
 * @property {boolean} [mayFail] a non-zero exit code is returned instead of thrown
 * @property {number} [tail] lines of output shown on failure
 * @property {number} [minutes] after which it is ended and has failed
 */

/**
 * Runs a command under a title and gives its exit code and output.
 * @param {string} title
 * @param {string[]} command
 * @param {StepOptions} [options]
 * @returns {Promise<{code: number, output: string}>}
 */
export function step(title, command, { env, mayFail = false, tail = 60, minutes = 30 } = {}) {
  const since = Date.now();
  const logs = join(root, 'build/logs');
  mkdirSync(logs, { recursive: true });
  const log = createWriteStream(join(logs, `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.log`));
  const live = out.isTTY && !process.env.CI;
  if (!live) say(`  … ${title}`);

  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    /** @type {string[]} */
    const pieces = [];
    let last = '';
    /** @param {Buffer} data */
    const collect = (data) => {
      log.write(data);
      pieces.push(data.toString());
      last = data.toString().trim().split(/[\r\n]/).pop() || last;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);

    const width = () => Math.max(20, (out.columns || 80) - 1);
    const ticker = setInterval(
      () => {
        if (live) out.write(`\r\x1b[K${`  … ${title} (${seconds(since)}) ${last}`.slice(0, width())}`);
        else say(`    ${title}: ${seconds(since)} so far. ${last.slice(0, 80)}`);
      },
      live ? 200 : 30000,
    );
    const deadline = setTimeout(() => {
      pieces.push(`\nEnded after ${minutes} minutes.\n`);
      child.kill('SIGKILL');
    }, minutes * 60000);
    /** @param {number} code @param {string} output */
    const finish = (code, output) => {
      clearInterval(ticker);
      clearTimeout(deadline);
      log.end();
      if (live) out.write('\r\x1b[K');
      say(`  ${code === 0 ? '✓' : '✗'} ${title} (${seconds(since)})`);
      if (code !== 0) say(output.trimEnd().split('\n').slice(-tail).join('\n'));
      if (code === 0 || mayFail) return resolve({ code, output });
      reject(new StepError(`${title} failed: ${command.join(' ')} (exit code ${code})`));
    };
    child.on('error', (error) => finish(127, String(error.message)));
    child.on('close', (code) => finish(code ?? 1, pieces.join('')));
  });
}

/**
 * Output of a short command, or null when it cannot run or fails.
 * @param {string[]} command
 * @returns {string | null}
 */
export function ask(command) {
  const result = spawnSync(command[0], command.slice(1), { cwd: root, encoding: 'utf8' });
  return result.status === 0 ? result.stdout : null;
}

/**
 * Runs a script's main function; a StepError ends it with one sentence instead of a stack.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    const code = await main();
    if (code) process.exitCode = code;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
