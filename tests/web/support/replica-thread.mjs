// A thread that trains along, for tests; it says when it is there, and answers what it is told by message.

import { parentPort, workerData } from 'node:worker_threads';
import { loadEngine } from '../../../wasm/js/engine.js';
import { serveReplica } from '../../../web/worker/team.js';
import { moduleBytes } from '../../wasm/support.mjs';

serveReplica(workerData.port, loadEngine({ bytes: moduleBytes('simd128') }));
parentPort?.on('message', (message) => parentPort?.postMessage(message));
parentPort?.postMessage('ready');
