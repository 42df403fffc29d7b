import { useEffect, useRef } from 'preact/hooks';
import { html } from '../html.js';
import { pages } from './pages.js';

export function Help({ close }) {
  const box = useRef(null);
  useEffect(() => box.current.showModal(), []);
  return html`<dialog ref=${box} onClose=${close} aria-labelledby="help-title">
    <h2 id="help-title">Keyboard</h2>
    <dl class="shortcuts">
      <div><dt><kbd>/</kbd></dt><dd>search</dd></div>
      ${pages.map(page => html`<div><dt><kbd>g</kbd> <kbd>${page.letter}</kbd></dt><dd>${page.title}</dd></div>`)}
      <div><dt><kbd>←</kbd> <kbd>→</kbd></dt><dd>move the cursor of a plot that has the focus</dd></div>
      <div><dt><kbd>?</kbd></dt><dd>this list</dd></div>
      <div><dt><kbd>Esc</kbd></dt><dd>close</dd></div>
    </dl>
    <form method="dialog" class="buttons"><button type="submit" class="primary">Close</button></form>
  </dialog>`;
}
