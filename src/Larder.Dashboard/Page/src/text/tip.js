import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { terms } from './terms.js';

const margin = 8;
const lingerMs = 120;

/** One tip for the whole page: beside whatever is pointed at or focused and has a `data-term`. It can be pointed at itself, and Escape closes it. */
export function Tip() {
  const [anchor, setAnchor] = useState(null);
  const box = useRef(null);
  const timer = useRef(0);

  useEffect(() => {
    const anchorOf = target => target.closest?.('[data-term]') ?? null;
    function show(event) {
      clearTimeout(timer.current);
      if (box.current?.contains(event.target)) return;
      const found = anchorOf(event.target);
      if (found) setAnchor(found);
      else if (!anchorOf(document.activeElement)) hideSoon();
    }
    function hideSoon() {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setAnchor(null), lingerMs);
    }
    function onKey(event) {
      if (event.key === 'Escape') setAnchor(null);
    }
    document.addEventListener('pointerover', show);
    document.addEventListener('focusin', show);
    document.addEventListener('focusout', hideSoon);
    document.addEventListener('keydown', onKey);
    addEventListener('hashchange', hideSoon);
    return () => {
      document.removeEventListener('pointerover', show);
      document.removeEventListener('focusin', show);
      document.removeEventListener('focusout', hideSoon);
      document.removeEventListener('keydown', onKey);
      removeEventListener('hashchange', hideSoon);
    };
  }, []);

  useEffect(() => {
    if (!anchor) return undefined;
    place(box.current, anchor);
    const word = anchor.matches('button') ? anchor : null;
    word?.setAttribute('aria-describedby', 'tip');
    return () => word?.removeAttribute('aria-describedby');
  }, [anchor]);

  const [text, metric] = anchor ? terms[anchor.dataset.term] ?? [] : [];
  return html`<div id="tip" role="tooltip" ref=${box} hidden=${!text}>
    ${text}${metric && html`<code>${metric}</code>`}
  </div>`;
}

function place(box, anchor) {
  const around = anchor.getBoundingClientRect();
  const own = box.getBoundingClientRect();
  const left = Math.max(margin, Math.min(around.left, innerWidth - own.width - margin));
  const below = around.bottom + margin;
  const top = below + own.height > innerHeight ? Math.max(margin, around.top - own.height - margin) : below;
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}
