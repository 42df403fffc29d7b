import { useEffect } from 'preact/hooks';
import { cacheName } from '../data/state.js';
import { go } from './route.js';

let isWanted = false;

/** Focuses the search of the page of keys, and goes there first if need be. */
export function startSearch() {
  const field = document.getElementById('search');
  if (field) {
    focus(field);
  } else {
    isWanted = true;
    go('keys', { cache: cacheName.value });
  }
}

/** Focuses the field of the search if that was asked for elsewhere. */
export function useWantedSearch() {
  useEffect(() => {
    const field = document.getElementById('search');
    if (isWanted && field) focus(field);
    isWanted = false;
  }, []);
}

function focus(field) {
  field.focus();
  field.select();
}
