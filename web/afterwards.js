// Entry of afterwards.js: everything on the page that the first prediction can do without. It is loaded when the engine
// has answered, so that it takes no bandwidth from what is needed first. Views belong here unless a page without them
// would look broken in its first moment.

import './views/architecture-room.js';
import './views/arithmetic.js';
import './views/batch-view.js';
import './views/block-editor.js';
import './views/confusion-matrix.js';
import './views/curves.js';
import './views/data-room.js';
import './views/descent.js';
import './views/error-desk.js';
import './views/excites.js';
import './views/field.js';
import './views/flow-plot.js';
import './views/inspector.js';
import './views/network-view.js';
import './views/runs-room.js';
import './views/share-dialog.js';
import './views/slow-step.js';
import './views/summary-table.js';
import './views/time-slider.js';
import './views/train-room.js';
import './views/trainer-options.js';
import './views/weight.js';

import en from './i18n/en.json' with {type : 'json'};
import {addTexts} from './i18n/index.js';

addTexts('en', en);
