// The page around the frame. Nothing is known about it: it is told what it may want to know in the shapes that hosts
// understand, and only its own messages are listened to.

/**
 * The height that the content wants, for hosts that give it.
 * @param {number} height
 */
export function heightMessages(height) {
  return [
    { type: 'cnn:resize', height },
    { type: 'setHeight', height }, // fediverse and several course builders
    { type: 'embed-size', height }, // AMP and its imitators
    { subject: 'lti.frameResize', height }, // Canvas
  ];
}

/**
 * @typedef {{type: 'play' | 'pause' | 'step' | 'reset' | 'getState'} | {type: 'set', settings: Record<string, unknown>}
 *   | {type: 'shown' | 'hidden'}} Command
 */

/**
 * What a message means, null if it is not for us: {type: 'cnn:play'}, {type: 'cnn:set', net: 'mlp', learningRate:
 * 0.01}, or what reveal.js sends when a slide comes and goes.
 * @param {unknown} data
 * @returns {Command | null}
 */
export function readCommand(data) {
  if (data === 'slide:start') return { type: 'shown' };
  if (data === 'slide:stop') return { type: 'hidden' };
  if (typeof data !== 'object' || data === null) return null;
  const { type, ...settings } = /** @type {Record<string, unknown>} */ (data);
  switch (type) {
    case 'cnn:play':
      return { type: 'play' };
    case 'cnn:pause':
      return { type: 'pause' };
    case 'cnn:step':
      return { type: 'step' };
    case 'cnn:reset':
      return { type: 'reset' };
    case 'cnn:getState':
      return { type: 'getState' };
    case 'cnn:set':
      return { type: 'set', settings };
    default:
      return null;
  }
}

/**
 * @param {(command: Command) => void} onCommand
 */
export function connectParent(onCommand) {
  const framed = window.parent !== window;
  if (framed) {
    addEventListener('message', (event) => {
      const command = event.source === window.parent ? readCommand(event.data) : null;
      if (command) onCommand(command);
    });
  }
  return {
    framed,
    /** @param {unknown} message */
    post(message) {
      // Any site may embed, so none is singled out; nothing secret is ever sent.
      if (framed) window.parent.postMessage(message, '*');
    },
  };
}
