import { removePattern } from '../actions/actions.js';
import { ForInvalidators } from '../actions/rights.js';
import { html } from '../html.js';
import { href } from '../shell/route.js';
import { bytes, counted } from '../text/format.js';

/** Entries as a tree: the parts of their keys between separators are its folders. */
export function KeyTree({ cache, entries, separator, changed }) {
  return html`<ul class="tree">${branches(treeOf(entries, separator), { cache, changed, separator })}</ul>`;
}

export function treeOf(entries, separator) {
  const root = { path: '', folders: new Map(), entries: [], count: 0, size: 0 };
  for (const entry of entries) {
    let at = root;
    let path = '';
    for (const part of entry.key.split(separator).slice(0, -1)) {
      path += part + separator;
      if (!at.folders.has(part)) at.folders.set(part, { path, folders: new Map(), entries: [], count: 0, size: 0 });
      at = at.folders.get(part);
      at.count++;
      at.size += Math.max(0, entry.size);
    }
    at.entries.push(entry);
  }
  return flattened(root);
}

/** A folder with one entry is no folder: the entry is in the one above, by what is left of its key. */
function flattened(folder) {
  for (const [name, inner] of folder.folders) {
    flattened(inner);
    if (inner.count === 1) {
      folder.folders.delete(name);
      folder.entries.push(...inner.entries);
    }
  }
  return folder;
}

function branches(folder, page) {
  const folders = [...folder.folders].sort(([, one], [, other]) => other.count - one.count);
  return html`
    ${folders.map(([name, inner]) => html`<li key=${inner.path}><details>
      <summary><span class="name">${name}${page.separator}</span> <span class="dim">${counted(inner.count, 'entry', 'entries')}, ${bytes(inner.size)}</span></summary>
      <${ForInvalidators}><button type="button" class="quiet" onClick=${() => removePattern(page.cache, `${literal(inner.path)}*`, page.changed)}>Remove all below ${inner.path}</button><//>
      <ul>${branches(inner, page)}</ul>
    </details></li>`)}
    ${folder.entries.map(entry => html`<li key=${entry.key}><a href=${href('entry', { cache: page.cache, key: entry.key })}>${entry.key.slice(folder.path.length) || '(empty)'}</a>${' '}
      <span class="dim">${bytes(entry.size)}</span></li>`)}`;
}

/** A text as the pattern that matches it alone. */
export const literal = text => text.replace(/[\\*?[\]]/g, '\\$&');
