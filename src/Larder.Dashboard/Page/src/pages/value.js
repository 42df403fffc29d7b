import { html } from '../html.js';

const bytesPerRow = 16;

/** A value as text: JSON in lines and colours, bytes as a table. Nothing of it is ever markup. */
export function ValueText({ format, text }) {
  if (format === 'Null') return html`<p class="dim">The value is null.</p>`;
  if (format === 'Hex') return html`<pre tabindex="0" aria-label="Value">${hexRows(text)}</pre>`;
  const lines = format === 'Json' ? indented(text) : text;
  return html`<pre tabindex="0" aria-label="Value">${format === 'Json' ? coloured(lines) : lines}</pre>`;
}

/** JSON in lines. Only the room between its words changes: a number stays as it was written. */
function indented(text) {
  let depth = 0;
  let lines = '';
  let last = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const opens = token === '{' || token === '[';
    const closes = token === '}' || token === ']';
    if (closes && (last === '{' || last === '[')) {
      depth--;
      lines = lines.trimEnd() + token;
    } else {
      depth = Math.max(0, depth + opens - closes);
      const line = `\n${'  '.repeat(depth)}`;
      lines += closes ? line + token : opens || token === ',' ? token + line : token === ':' ? ': ' : token;
    }
    last = token;
  }
  return lines;
}

function coloured(text) {
  const parts = [];
  const token = /("(?:[^"\\]|\\.)*"?)(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  let at = 0;
  for (const match of text.matchAll(token)) {
    parts.push(text.slice(at, match.index));
    const [whole, string, colon = '', word] = match;
    parts.push(string
      ? html`<span class=${colon ? 'name' : 'string'}>${string}</span>${colon}`
      : html`<span class=${word ? 'word' : 'digits'}>${whole}</span>`);
    at = match.index + whole.length;
  }
  parts.push(text.slice(at));
  return parts;
}

/** "0010  48 65 6c 6c 6f  Hello" */
function hexRows(digits) {
  const rows = [];
  for (let at = 0; at < digits.length; at += bytesPerRow * 2) {
    const pairs = digits.slice(at, at + bytesPerRow * 2).match(/../g) ?? [];
    const letters = pairs.map(pair => {
      const code = parseInt(pair, 16);
      return code >= 32 && code < 127 ? String.fromCharCode(code) : '.';
    });
    rows.push(`${(at / 2).toString(16).padStart(6, '0')}  ${pairs.join(' ').padEnd(bytesPerRow * 3 - 1)}  ${letters.join('')}`);
  }
  return rows.join('\n');
}
