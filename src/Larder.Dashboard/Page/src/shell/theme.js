import { signal } from '@preact/signals';

const place = 'larder-theme';
const choices = ['auto', 'light', 'dark'];

/** The chosen theme. Plots draw anew when it changes, and so they do when the system's changes. */
export const theme = signal(stored());
export const themeChanges = signal(0);

export function nextTheme() {
  theme.value = choices[(choices.indexOf(theme.value) + 1) % choices.length];
  try {
    localStorage.setItem(place, theme.value);
  } catch {
    // A browser that stores nothing forgets the choice, and that is all.
  }
  applyTheme();
}

export function applyTheme() {
  document.documentElement.dataset.theme = theme.value;
  themeChanges.value++;
}

function stored() {
  try {
    const value = localStorage.getItem(place);
    return choices.includes(value) ? value : 'auto';
  } catch {
    return 'auto';
  }
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themeChanges.value++);
