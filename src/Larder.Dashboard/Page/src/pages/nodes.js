import { now, usePoll } from '../data/poll.js';
import { html } from '../html.js';
import { Bar, Status, Waiting } from '../parts/parts.js';
import { Facts, Table, numbers, words } from '../parts/table.js';
import { ago, bytes, count, latency, share, span } from '../text/format.js';

const everyMs = 3000;
const lateSeconds = 15;
const inStepSeconds = 0.0005;

const columns = [
  words('Cache', cache => html`${cache.name}${cache.status !== 'Healthy' && html` <${Status} of=${cache.status} />`}`),
  words('Hits', cache => html`<span class="barred"><${Bar} parts=${[['fresh', cache.hitShare]]} /> ${share(cache.hitShare)}</span>`, 'hitShare'),
  numbers('Reads', 'totalReads', cache => count(cache.reads)),
  numbers('Loads', 'totalLoads', cache => count(cache.loads)),
  numbers('Entries', 'entries', cache => count(cache.entries)),
  numbers('Size', 'bytes', cache => bytes(cache.bytes)),
  numbers('Errors', 'errors', cache => count(cache.errors), cache => cache.errors > 0),
  numbers('Waiting', 'pendingInvalidations', cache => count(cache.pendingInvalidations), cache => cache.pendingInvalidations > 0),
  words('Copies', cache => cache.localCopies.toLowerCase()),
];

export function Nodes() {
  const { data, error } = usePoll('nodes', null, everyMs);
  if (!data) return html`<${Waiting} error=${error} />`;
  return html`
    <p class="dim">${data.nodes.length === 1
      ? 'One process. Others show here when they keep the same caches in the same Redis.'
      : `${data.nodes.length} processes keep these caches in the same Redis. Each tells how it is every few seconds.`}</p>
    ${data.nodes.map(node => html`<${Node} key=${node.id} node=${node} />`)}`;
}

function Node({ node }) {
  const isLate = (now.value - Date.parse(node.reportedAt)) / 1000 > lateSeconds;
  return html`<article class="tile node" aria-label=${node.id}>
    <header><h2>${node.machine} <span class="dim">${node.processId}</span></h2>${node.isSelf && html`<span class="chip">this one</span>`}${isLate && html`<span class="chip stale">silent</span>`}</header>
    <${Facts} of=${[
      ['Node', node.id],
      ['Application', `${node.application}, ${node.environment}`],
      ['Larder', node.version],
      ['Up for', span((now.value - Date.parse(node.startedAt)) / 1000), 'uptime'],
      ['Told', ago(node.reportedAt, now.value), 'reported'],
      ['Clock', skewOf(node.clockSkew), 'clockSkew'],
      ['Memory', bytes(node.workingSet), 'workingSet'],
      ['GC heap', bytes(node.gcHeap), 'gcHeap'],
      ['Processors', count(node.processors)],
    ]} />
    ${node.caches.length === 0 ? html`<p class="dim">No cache.</p>` : html`<${Table} columns=${columns} rows=${node.caches} keyOf=${cache => cache.name} />`}
  </article>`;
}

function skewOf(seconds) {
  if (seconds === null) return 'not known';
  return Math.abs(seconds) < inStepSeconds ? 'in step' : `${latency(Math.abs(seconds))} ${seconds > 0 ? 'ahead' : 'behind'}`;
}
