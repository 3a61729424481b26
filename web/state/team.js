// Workers beside the first one: those that share the steps of a training, how many there are to be and bringing them
// together before it begins; and one that changes pictures before their step comes.

import { createClient } from '../worker/client.js';
import { kMostWorkers } from '../worker/protocol.js';
import { trainerOptions } from './nets.js';

/** @typedef {import('../worker/client.js').Client} Client */

/**
 * @param {import('./actions.js').Context} context
 * @param {string} workerSource
 */
export function createTeam({ store, host, client, say }, workerSource) {
  /** Those that share the steps with the first worker. @type {Client[]} */
  let members = [];
  /** Who changes pictures. @type {Client | null} */
  let ahead = null;

  /** One core is left to the page. */
  const automatic = () => Math.min(kMostWorkers, Math.max(1, host.cores() - 1));
  const wanted = () => store.workers.value || automatic();

  const dismiss = () => {
    const gone = members;
    members = [];
    for (const member of gone) member.end();
    return client.dismissTeam().catch(() => {});
  };

  /** Training goes on without them. @param {string} reason */
  const lose = async (reason) => {
    if (!members.length) return;
    await dismiss();
    say({ key: 'notice.teamLost', params: { reason }, tone: 'warning' });
  };

  const make = (/** @type {(reason: string) => void} */ onLost) =>
    createClient({
      startWorker: () => host.startWorker(workerSource),
      clock: host.clock,
      onEvent: () => {},
      onLost,
    });

  /** @param {Client} made @param {'serveReplica' | 'serveAhead'} serve @param {'joinTeam' | 'joinAhead'} join */
  const recruit = async (made, serve, join) => {
    await made.connect();
    const module = host.wasmModule();
    await made.start({ module, wasm: await host.asset(`wasm/engine-${module}.wasm.gz`) });
    const { port1, port2 } = new MessageChannel();
    await made[serve]({ port: port1 });
    await client[join]({ port: port2 });
  };

  const gather = async () => {
    if (members.length === wanted() - 1) return;
    if (members.length) await dismiss();
    try {
      while (members.length < wanted() - 1) {
        members.push(make(lose));
        await recruit(members[members.length - 1], 'serveReplica', 'joinTeam');
      }
    } catch (error) {
      await lose(String(/** @type {any} */ (error)?.message ?? error));
    }
  };

  /** Nothing depends on it but time, so nobody waits for it and nobody hears that it is gone. */
  const assist = () => {
    const changes = Object.values(trainerOptions(store).augment).some(Boolean);
    if (ahead || !changes || host.cores() < 2) return;
    const made = make(() => gone());
    const gone = () => {
      made.end();
      if (ahead === made) ahead = null;
    };
    ahead = made;
    recruit(made, 'serveAhead', 'joinAhead')
      .then(() => ahead === made || gone())
      .catch(gone);
  };

  return {
    automatic,
    lose,
    /** Who is there when a training begins stays until it is over: its result depends on how batches are shared. */
    gather() {
      assist();
      return gather();
    },
    /** Options have changed. */
    assist,
    disband() {
      ahead?.end();
      ahead = null;
      return dismiss();
    },
  };
}
