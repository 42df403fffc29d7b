import { useEffect } from 'preact/hooks';
import { cacheName } from '../data/state.js';
import { pages } from './pages.js';
import { go } from './route.js';
import { startSearch } from './search.js';

const sequenceMs = 1500;

/** `/` searches, `g` and a letter goes to a page, `?` shows this. Nothing of it while somebody types or a dialog is open. */
export function useKeyboard(showHelp) {
  useEffect(() => {
    let begun = 0;
    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
      const follows = Date.now() - begun < sequenceMs;
      begun = 0;
      if (follows) {
        const page = pages.find(candidate => candidate.letter === event.key);
        if (page) {
          event.preventDefault();
          go(page.name, { cache: cacheName.value });
        }
      } else if (event.key === 'g') {
        begun = Date.now();
      } else if (event.key === '/') {
        event.preventDefault();
        startSearch();
      } else if (event.key === '?') {
        event.preventDefault();
        showHelp();
      }
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [showHelp]);
}

const isTyping = target => target.matches?.('input, textarea, select, [contenteditable]');
