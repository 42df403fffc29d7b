import { Configuration } from '../pages/configuration.js';
import { Entry } from '../pages/entry.js';
import { Events } from '../pages/events.js';
import { Keys } from '../pages/keys.js';
import { Levels } from '../pages/levels.js';
import { Nodes } from '../pages/nodes.js';
import { Overview } from '../pages/overview.js';
import { Saved } from '../pages/saved.js';
import { Tags } from '../pages/tags.js';
import { Work } from '../pages/work.js';

/** The pages in the order of the menu: name in the address, title, the letter after `g`, the drawing of the icon. */
export const pages = [
  { name: 'overview', title: 'Overview', letter: 'o', view: Overview, icon: 'M2 13V8.5M6 13V3M10 13V6.5M14 13V5' },
  { name: 'saved', title: 'Saved', letter: 's', view: Saved, icon: 'M8 14A6 6 0 1 1 8 2a6 6 0 0 1 0 12M8 5v3.2l2.2 1.6' },
  { name: 'levels', title: 'Levels', letter: 'l', view: Levels, icon: 'M8 2 2 5l6 3 6-3-6-3M2 8l6 3 6-3M2 11l6 3 6-3' },
  { name: 'keys', title: 'Keys', letter: 'k', view: Keys, icon: 'M6.6 9.4a3.2 3.2 0 1 1 0-4.6 3.2 3.2 0 0 1 0 4.6M7.3 7.1H14V10M11 7.1v2' },
  { name: 'tags', title: 'Tags', letter: 't', view: Tags, icon: 'M8.3 2H14v5.7L7.7 14 2 8.3 8.3 2M11 5v.1' },
  { name: 'nodes', title: 'Nodes', letter: 'n', view: Nodes, icon: 'M2.5 2.5h11v4.5h-11zM2.5 9h11v4.5h-11zM5 4.7v.1M5 11.2v.1' },
  { name: 'work', title: 'Locks and writes', letter: 'w', view: Work, icon: 'M3.5 7.5h9V14h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5' },
  { name: 'events', title: 'Events', letter: 'e', view: Events, icon: 'M2 8.5h3L7 3l3 10 1.5-4.5H14' },
  { name: 'configuration', title: 'Configuration', letter: 'c', view: Configuration, icon: 'M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M10.5 3v3M5.5 10v3' },
];

/** Pages that the menu does not have. */
export const innerPages = [{ name: 'entry', title: 'Entry', view: Entry, parent: 'keys' }];

export const pageOf = name => [...pages, ...innerPages].find(page => page.name === name) ?? pages[0];
