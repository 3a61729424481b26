// npm start [-- --port 8123] [--host localhost]: sets up, builds, serves.

import { build } from './build.mjs';
import { runMain, root, say, StepError } from './lib/process.mjs';
import { serve } from './serve.mjs';
import { setup } from './setup.mjs';

await runMain(async () => {
  const options = { port: '8123', host: 'localhost' };
  const args = process.argv.slice(2).flatMap((arg) => arg.split('='));
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    if (!(name in options) || !args[i].startsWith('--') || args[i + 1] === undefined) {
      throw new StepError(`usage: npm start -- [--port ${options.port}] [--host ${options.host}]`);
    }
    options[/** @type {keyof typeof options} */ (name)] = args[i + 1];
  }
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new StepError(`--port ${options.port} is no port.`);

  say('Setting up');
  await setup();
  say('Building');
  await build();
  const server = await serve({ root: `${root}/build/site`, port, host: options.host, isolated: true });
  say(`Ready. Ctrl-C ends.\n\n  ${server.url}\n`);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, async () => {
      await server.close();
      process.exit(0);
    });
  }
});
