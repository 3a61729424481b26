import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { shell } from './program.mjs';

/** glibc's switches that hide from the loader what the processor has. */
const hidden = 'GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2';
const options = { skip: process.arch === 'x64' ? false : 'one kind of kernels is built here' };

test('one program takes the kernels that the processor can run, and each kind answers alike', options, () => {
  const kernels = (/** @type {string} */ settings) => {
    const { code, out, err } = shell(`${settings} ldd "$CNN"`);
    assert.equal(code, 0, err);
    return /libcnn_kernels\.so => (\S+)/.exec(out)?.[1] ?? out;
  };
  const flags = readFileSync('/proc/cpuinfo', 'utf8');
  const level = ['avx512f', 'avx512bw', 'avx512vl', 'avx512dq', 'avx512cd'].every((flag) => flags.includes(flag)) ? 'v4' : 'v3';
  if (flags.includes(' avx2 ')) assert.match(kernels(''), new RegExp(`glibc-hwcaps/x86-64-${level}/`));
  assert.doesNotMatch(kernels(hidden), /glibc-hwcaps/);

  const errors = ['', hidden].map((settings) => {
    const { code, out, err } = shell(`${settings} "$CNN" eval lenet5 --data mnist --json`);
    assert.equal(code, 0, err);
    return JSON.parse(out).errors;
  });
  assert.ok(errors[0] > 0 && Math.abs(errors[0] - errors[1]) <= 1, String(errors));
});
