import htm from 'htm';
import { h } from 'preact';

/** Makes elements of tagged templates. What is put in is text or elements, never markup. */
export const html = htm.bind(h);
