// Entry of texts-ru.js: see loadTexts() of index.js.

import ru from './ru.json' with { type: 'json' };

/** @type {any} */ (globalThis).cnnTexts('ru', ru);
