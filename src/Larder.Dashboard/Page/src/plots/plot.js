import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { html } from '../html.js';
import { themeChanges } from '../shell/theme.js';
import { Term } from '../text/term.js';
import { colour } from './colours.js';

const height = 190;
const syncKey = 'larder';

/** The point under the cursor that all plots share; null: none, and the last point is told. */
const cursor = signal(null);

/**
 * A plot over time: `series` are { name, term, colour, values, format, fill?, axis? }, all over the same `times` (Unix seconds).
 * A logarithmic one leaves out what is not above zero. The arrow keys move the cursor.
 */
export function Plot({ title, times, minutes, series, isLogarithmic, format, rightFormat }) {
  const box = useRef(null);
  const plot = useRef(null);
  const data = [times, ...series.map(one => (isLogarithmic ? one.values.map(value => (value > 0 ? value : null)) : one.values))];
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const place = box.current;
    const made = new uPlot(options(place.clientWidth, series, { minutes, isLogarithmic, format, rightFormat }), latest.current, place);
    plot.current = made;
    const sizes = new ResizeObserver(() => place.clientWidth > 0 && made.setSize({ width: place.clientWidth, height }));
    sizes.observe(place);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [themeChanges.value, minutes]);

  useLayoutEffect(() => {
    plot.current?.setData(data);
  }, [times]);

  function onKeyDown(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || times.length === 0) return;
    event.preventDefault();
    const at = Math.max(0, Math.min(times.length - 1, (cursor.value ?? times.length) + step));
    plot.current.setCursor({ left: plot.current.valToPos(times[at], 'x'), top: 10 }, true, true);
  }

  function onBlur() {
    plot.current.setCursor({ left: -10, top: -10 }, true, true);
  }

  return html`<figure class="plot">
    <figcaption><${Legend} title=${title} series=${series} times=${times} /></figcaption>
    <div ref=${box} class="canvas" tabindex="0" role="group" aria-label=${`Plot of ${title}. The arrow keys move the cursor.`}
      onKeyDown=${onKeyDown} onBlur=${onBlur}></div>
  </figure>`;
}

/** The figures under the cursor, or the last ones. */
function Legend({ title, series, times }) {
  const at = cursor.value !== null && cursor.value < times.length ? cursor.value : times.length - 1;
  return html`<h3>${title}<time>${times[at] ? time(times[at], true) : ''}</time></h3><ul class="legend">
    ${series.map(one => html`<li class=${one.colour}><${Term} of=${one.term}>${one.name}<//> <b>${one.format(one.values[at])}</b></li>`)}
  </ul>`;
}

function options(width, series, { minutes, isLogarithmic, format, rightFormat }) {
  const font = '12px system-ui, sans-serif';
  const axis = { stroke: colour('dim'), font, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
  const value = (scale, side, text) => ({
    ...axis, scale, side, size: 58, gap: 4,
    values: (_, splits) => splits.map(split => (split === null ? '' : text(split))),
    ...(side === 1 ? { grid: { show: false } } : {}),
    ...(isLogarithmic ? { filter: powers, grid: { ...axis.grid, filter: powers } } : {}),
  });
  const range = (_, low, high) => [0, high > 0 ? high * 1.12 : 1];
  return {
    width, height,
    legend: { show: false },
    padding: [10, rightFormat ? 0 : 12, 0, 0],
    cursor: { sync: { key: syncKey }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
    hooks: { setCursor: [made => { cursor.value = made.cursor.idx ?? null; }] },
    scales: {
      x: { time: true, range: (_, __, last) => [last - minutes * 60, last] },
      y: isLogarithmic ? { distr: 3, log: 10 } : { range },
      right: { range },
    },
    axes: [
      { ...axis, size: 30, space: 50, values: (_, splits, __, ___, step) => splits.map(split => time(split, step < 60)) },
      value('y', 3, format),
      ...(rightFormat ? [value('right', 1, rightFormat)] : []),
    ],
    series: [
      {},
      ...series.map(one => ({
        label: one.name,
        scale: one.axis ?? 'y',
        stroke: colour(one.colour),
        width: 1.5,
        fill: one.fill ? colour(one.colour, 0.12) : undefined,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}

/** Of a logarithmic axis only the powers of ten are told. */
const powers = (_, splits) => splits.map(split => (Number.isInteger(Math.round(Math.log10(split) * 1e6) / 1e6) ? split : null));

const time = (seconds, withSeconds) => new Date(seconds * 1000).toLocaleTimeString('en-GB', withSeconds ? {} : { hour: '2-digit', minute: '2-digit' });
