// A worker of our entry's team, in a browser or in node.

import { loadEngine } from './js/engine.js';
import { serveReplica } from './worker/team.js';

const serve = ({ bytes, port }) => serveReplica(port, loadEngine({ bytes }));

if (globalThis.self) globalThis.self.onmessage = ({ data }) => serve(data);
else (await import('node:worker_threads')).parentPort.on('message', serve);
