import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { addTexts, className, createTranslator, languages, loadTexts } from '../../web/i18n/index.js';

const web = new URL('../../web/', import.meta.url);
const read = (/** @type {string} */ language) =>
  JSON.parse(readFileSync(new URL(`i18n/${language}.json`, web), 'utf8'));
/** @type {Record<string, Record<string, string>>} */
const texts = { en: read('en'), ru: read('ru') };
const plural = /\.(zero|one|two|few|many|other)$/;
/** @type {Record<string, string[]>} */
const forms = Object.fromEntries(
  languages.map((language) => [language, new Intl.PluralRules(language).resolvedOptions().pluralCategories]),
);

/** Names of the texts with the plural forms of a text counted as one. @param {string} language */
const names = (language) => new Set(Object.keys(texts[/** @type {'en'} */ (language)]).map(bare));

/** @param {string} key */
const bare = (key) => (plural.test(key) && isPlural(key) ? key.replace(plural, '') : key);
/** A text is plural when it has the form that every language has. @param {string} key */
const isPlural = (key) => `${key.replace(plural, '')}.other` in texts.en;

/** @returns {string} the sources of the page without its texts */
function sources() {
  const files = readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.js$/.test(entry.name))
    .map((entry) => readFileSync(`${entry.parentPath ?? entry.path}/${entry.name}`, 'utf8'));
  return files.join('\n');
}

test('both languages have the same texts', () => {
  assert.deepEqual([...names('ru')].sort(), [...names('en')].sort());
});

test('a text with plural forms has all forms of its language', () => {
  for (const language of languages) {
    const table = texts[language];
    for (const name of names(language)) {
      const present = forms[language].filter((form) => `${name}.${form}` in table);
      if (`${name}.other` in table) assert.deepEqual(present, forms[language], `${language}: ${name}`);
    }
  }
  assert.equal(forms.ru.length, 4);
});

test('the placeholders are the same in both languages', () => {
  /** @param {string} language @param {string} name */
  const holes = (language, name) => {
    const table = texts[/** @type {'en'} */ (language)];
    const found = Object.keys(table).filter((key) => bare(key) === name);
    return new Set(found.flatMap((key) => [...table[key].matchAll(/\{(\w+)\}/g)].map((match) => match[1])));
  };
  for (const name of names('en')) assert.deepEqual(holes('ru', name), holes('en', name), name);
});

test('no text is empty, shouts, or is left in the other language', () => {
  const same = new Set([
    'optimizer',
    'layer',
    'net',
    'stage',
    'data',
    'keys',
    'prediction',
    'theme',
    'fact',
    'definition',
  ]);
  for (const language of languages) {
    for (const [key, text] of Object.entries(texts[language])) {
      assert.ok(text.trim() === text && text.length > 0, `${language}: ${key}`);
      assert.ok(!text.includes('!'), `${language}: ${key} shouts`);
    }
  }
  for (const [key, text] of Object.entries(texts.ru)) {
    if (/[а-яё]/i.test(text) || same.has(key) || same.has(key.split('.')[0])) continue;
    assert.ok(!/[a-z]{3,}/.test(text.replace(/\{\w+\}|CNN Playground/g, '')), `${key} is not in Russian: ${text}`);
  }
});

test('every text is asked for somewhere, and every text that is asked for exists', () => {
  const code = sources();
  const asked = new Set(
    [...code.matchAll(/['"`]([a-z][A-Za-z0-9]*(?:\.[A-Za-z0-9-]+)+)['"`]/g)].map((match) => match[1]),
  );
  // `metric.${name}`, `weights.${origin}Tip`: what stands before and after the part that is filled in.
  const patterns = [...code.matchAll(/[`]([a-z][A-Za-z0-9]*\.[^`]*?\$\{[^`]*)[`]/g)].map(
    ([, text]) =>
      new RegExp(
        `^${text
          .replace(/\$\{[^}]*\}/g, '*')
          .replace(/[.+?^()|[\]\\]/g, '\\$&')
          .replaceAll('*', '[\\w.-]+')}$`,
      ),
  );
  const unused = [...names('en')].filter((name) => !asked.has(name) && !patterns.some((pattern) => pattern.test(name)));
  assert.deepEqual(unused, []);
  const called = [...code.matchAll(/\bt\(\s*['"`]([A-Za-z0-9.-]+)['"`]/g)].map((match) => match[1]);
  assert.ok(called.length > 50);
  assert.deepEqual(
    called.filter((name) => !names('en').has(name)),
    [],
  );
});

test('every notice that the actions can give has its text', () => {
  const keys = [...sources().matchAll(/'(notice\.\w+)'/g)].map((match) => match[1]);
  assert.ok(keys.length > 15);
  for (const key of keys) assert.ok(key in texts.en && key in texts.ru, key);
});

test('another language arrives as a script, and English stands in until then', async () => {
  const t = createTranslator(() => 'ru');
  assert.equal(t('train.start'), texts.en['train.start']);
  await loadTexts('ru', { loadScript: () => Promise.reject(new Error('offline')) });
  assert.equal(t('train.start'), texts.en['train.start']);
  /** @type {string[]} */
  const asked = [];
  const host = {
    async loadScript(/** @type {string} */ path) {
      asked.push(path);
      /** @type {any} */ (globalThis).cnnTexts('ru', texts.ru);
    },
  };
  await loadTexts('ru', host);
  await loadTexts('ru', host);
  assert.deepEqual(asked, ['texts-ru.js']);
  assert.equal(t('train.start'), texts.ru['train.start']);
});

test('numbers, percentages and plurals follow the language', () => {
  addTexts('ru', texts.ru);
  /** @type {'en' | 'ru'} */
  let language = 'en';
  const t = createTranslator(() => language);
  assert.equal(t('confusion.errors', { count: 1, total: 10000 }).includes('10,000'), true);
  assert.equal(t.percent(0.9912, 2), '99.12%');
  language = 'ru';
  assert.match(t.percent(0.9912, 2), /^99,12\s%$/);
  const one = t('confusion.errors', { count: 1, total: 10000 });
  const few = t('confusion.errors', { count: 22, total: 10000 });
  const many = t('confusion.errors', { count: 15, total: 10000 });
  assert.notEqual(one.replace('1', ''), few.replace('22', ''));
  assert.notEqual(few.replace('22', ''), many.replace('15', ''));
  assert.equal(className(t, 'mnist', 7), '7');
  assert.equal(className(t, 'fashion-mnist', 9), 'ботинок');
});

test('a missing text shows its key, not nothing', () => {
  const t = createTranslator(() => 'en');
  assert.equal(t('no.such.text'), 'no.such.text');
  assert.equal(t.has('no.such.text'), false);
});
