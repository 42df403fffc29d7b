/** What stands for a number that nobody knows. */
export const none = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

const isKnown = value => typeof value === 'number' && Number.isFinite(value);

/** A count; negative ones are those that nobody knows. */
export const count = value => (isKnown(value) && value >= 0 ? whole.format(value) : none);

/** "1 entry", "2 entries". */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export function rate(value) {
  if (!isKnown(value)) return none;
  if (value > 0 && value < 0.01) return '<0.01';
  return value < 10 ? threeDigits.format(value) : value < 100 ? oneDigit.format(value) : whole.format(value);
}

/** A share from 0 to 1. All is 100 %; nearly all is not. */
export function share(value) {
  if (!isKnown(value)) return none;
  const percent = value * 100;
  if (value < 1 && percent >= 99.95) return '99.9 %';
  if (value > 0 && percent < 0.05) return '<0.1 %';
  return `${oneDigit.format(percent)} %`;
}

export function bytes(value) {
  if (!isKnown(value) || value < 0) return none;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value < 100 ? oneDigit.format(value) : whole.format(value)} ${units[unit]}`;
}

/** How long something took, in the unit that suits it. */
export function latency(seconds) {
  if (!isKnown(seconds)) return none;
  if (seconds === 0) return '0';
  if (seconds < 1e-6) return `${threeDigits.format(seconds * 1e9)} ns`;
  if (seconds < 1e-3) return `${threeDigits.format(seconds * 1e6)} µs`;
  if (seconds < 1) return `${threeDigits.format(seconds * 1e3)} ms`;
  return seconds < 100 ? `${threeDigits.format(seconds)} s` : span(seconds);
}

/** How long something lasts, in its two largest units. */
export function span(seconds) {
  if (!isKnown(seconds)) return none;
  if (seconds < 0) return `-${span(-seconds)}`;
  if (seconds < 10) return `${oneDigit.format(seconds)} s`;
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = units.findIndex(([size]) => seconds >= size);
  const parts = [];
  let rest = Math.floor(seconds);
  for (const [size, name] of units.slice(first, first + 2)) {
    const value = Math.floor(rest / size);
    rest -= value * size;
    if (value > 0) parts.push(`${name === 'd' ? whole.format(value) : value} ${name}`);
  }
  return parts.join(' ');
}

export function clock(iso) {
  if (!iso) return none;
  const time = new Date(iso);
  const text = time.toLocaleTimeString('en-GB');
  return time.toDateString() === new Date().toDateString() ? text : `${time.toLocaleDateString('en-CA')} ${text}`;
}

/** How long ago something was. Clocks of two machines differ a little: what is to come in a moment is now. */
export const ago = (iso, now) => (iso ? `${span(Math.max(0, (now - Date.parse(iso)) / 1000))} ago` : none);
