import { usePoll } from '../data/poll.js';
import { html } from '../html.js';
import { Empty, Waiting } from '../parts/parts.js';
import { Table, numbers, words } from '../parts/table.js';
import { count, span } from '../text/format.js';

const everyMs = 2000;
const lateSeconds = 30;

const lockColumns = [
  words('Lock', lock => html`<span class="key">${lock.name}</span>`),
  words('Cache', lock => lock.cache),
  words('Node', lock => lock.node),
  numbers('Token', 'fencingToken', lock => count(lock.fencingToken)),
  numbers('Lease', 'lease', lock => span(lock.timeToLive)),
];

const queueColumns = [
  words('Source', queue => queue.source),
  words('Cache', queue => queue.cache),
  words('Node', queue => queue.node),
  numbers('Queued', 'queued', queue => count(queue.queued)),
  numbers('Lag', 'lag', queue => span(queue.lag), queue => queue.lag > lateSeconds),
  numbers('Delivered', 'delivered', queue => count(queue.delivered)),
  numbers('Failures', 'failures', queue => count(queue.failures)),
  numbers('Dead letters', 'deadLettered', queue => count(queue.deadLettered), queue => queue.deadLettered > 0),
];

/** Locks that are held and writes that wait, in all processes. */
export function Work() {
  const { data, error } = usePoll('work', null, everyMs);
  if (!data) return html`<${Waiting} error=${error} />`;
  return html`
    <section aria-labelledby="locks"><h2 id="locks">Locks</h2>${data.locks.length === 0
      ? html`<${Empty} title="Nothing is locked">A lock shows here while a process holds it: <code>await cache.AcquireLockAsync("import", lease, wait)</code>.<//>`
      : html`<${Table} columns=${lockColumns} rows=${data.locks} keyOf=${lock => `${lock.node} ${lock.cache} ${lock.name}`} />`}</section>
    <section aria-labelledby="writes"><h2 id="writes">Write-behind</h2>${data.writeBehind.length === 0
      ? html`<${Empty} title="No write-behind">A queue shows here when a cache over a source is given <code>WriteBehindOptions</code>.<//>`
      : html`<${Table} columns=${queueColumns} rows=${data.writeBehind} keyOf=${queue => `${queue.node} ${queue.cache} ${queue.source}`} />`}</section>`;
}
