import { html } from '../html.js';

const width = 96;
const height = 24;

/** A small line of a figure over the last minutes, without axes. */
export function Spark({ values, label }) {
  const known = values.filter(value => value !== null);
  const most = Math.max(...known, 1e-9);
  const step = width / Math.max(1, values.length - 1);
  const y = value => (height - 1 - (value / most) * (height - 3)).toFixed(1);
  const points = values.flatMap((value, i) => (value === null ? [] : [[(i * step).toFixed(1), y(value)]]));
  if (points.length === 0) return null;
  const line = `M${points.map(point => point.join(' ')).join('L')}`;
  return html`<svg class="spark" viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${label}>
    <path class="below" d=${`${line}V${height}H${points[0][0]}Z`} /><path class="line" d=${line} /></svg>`;
}
