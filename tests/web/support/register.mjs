// Lets node import what the bundler resolves for the page: virtual: modules of the assets. Import it before web/state.

import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
