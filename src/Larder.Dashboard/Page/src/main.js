import { render } from 'preact';
import { html } from './html.js';
import { Page } from './shell/page.js';
import { applyTheme } from './shell/theme.js';

applyTheme();
render(html`<${Page} />`, document.getElementById('page'));
