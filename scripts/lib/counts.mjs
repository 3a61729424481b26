// Reads how many tests passed and failed from what the runners report.

/** @typedef {{passed: number, failed: number}} Counts */

/**
 * From ctest's JUnit file. A Catch2 program counts by its cases ("All tests passed (9 assertions in 4 test cases)" or
 * "test cases: 4 | 3 passed | 1 failed"), any other program, or one that crashed, as one.
 * @param {string} xml
 * @returns {Counts}
 */
export function countJunit(xml) {
  const counts = { passed: 0, failed: 0 };
  for (const [, attributes, body] of xml.matchAll(/<testcase([^>]*)>([\s\S]*?)<\/testcase>/g)) {
    const ok = /status="run"/.test(attributes);
    const all = body.match(/All tests passed \(\d+ assertions? in (\d+) test cases?\)/);
    const some = body.match(/test cases:\s*\d+ \|(?:\s*(\d+) passed \|)?\s*(\d+) failed/);
    if (ok && all) counts.passed += Number(all[1]);
    else if (ok && /No tests ran/.test(body)) continue; // a file whose cases this configuration leaves out
    else if (ok) counts.passed++;
    else if (some) {
      counts.passed += Number(some[1] ?? 0);
      counts.failed += Number(some[2]);
    } else counts.failed++;
  }
  return counts;
}

/**
 * From the closing lines of node's test runner, spec reporter.
 * @param {string} output
 * @param {number} code exit code of the runner
 * @returns {Counts}
 */
export function countNode(output, code) {
  /** @param {string} word */
  const number = (word) => Number(output.match(new RegExp(`^\\S+ ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  const counts = { passed: number('pass'), failed: number('fail') + number('cancelled') };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}
