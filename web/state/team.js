// Workers that share the work of training: how many there are to be, and bringing them together before it begins.

import { createClient } from '../worker/client.js';
import { kMostWorkers } from '../worker/protocol.js';

/**
 * @param {import('./actions.js').Context} context
 * @param {string} workerSource
 */
export function createTeam({ store, host, client, say }, workerSource) {
  /** Those beside the first worker. @type {import('../worker/client.js').Client[]} */
  let members = [];

  /** One core is left to the page. */
  const automatic = () => Math.min(kMostWorkers, Math.max(1, host.cores() - 1));
  const wanted = () => store.workers.value || automatic();

  const disband = () => {
    const gone = members;
    members = [];
    for (const member of gone) member.end();
    return client.dismissTeam().catch(() => {});
  };

  /** Training goes on without them. @param {string} reason */
  const lose = async (reason) => {
    if (!members.length) return;
    await disband();
    say({ key: 'notice.teamLost', params: { reason }, tone: 'warning' });
  };

  const recruit = async () => {
    const member = createClient({
      startWorker: () => host.startWorker(workerSource),
      clock: host.clock,
      onEvent: () => {},
      onLost: lose,
    });
    members.push(member);
    await member.connect();
    const module = host.wasmModule();
    await member.start({ module, wasm: await host.asset(`wasm/engine-${module}.wasm.gz`) });
    const { port1, port2 } = new MessageChannel();
    await member.serveReplica({ port: port1 });
    await client.joinTeam({ port: port2 });
  };

  return {
    automatic,
    lose,
    disband,
    /** Who is there when a training begins stays until it is over: its result depends on how batches are shared. */
    async gather() {
      if (members.length === wanted() - 1) return;
      if (members.length) await disband();
      try {
        while (members.length < wanted() - 1) await recruit();
      } catch (error) {
        await lose(String(/** @type {any} */ (error)?.message ?? error));
      }
    },
  };
}
