// Pictures of the coming steps, changed at random (option "augment") by another worker while this one trains. What has not
// come back when its step is there the step changes itself, and makes the same of it.

/** @param {() => any} trainer  that of now; null: there is none */
export function createAhead(trainer) {
  /** @type {MessagePort | null} */
  let port = null;

  /** The steps can do without: what goes wrong here is no news. @param {() => void} work */
  const attempt = (work) => {
    try {
      work();
    } catch {
      port = null;
    }
  };

  return {
    /** @param {MessagePort} to  the other worker */
    join(to) {
      port = to;
      to.onmessage = ({ data }) => attempt(() => trainer()?.take(data));
    },
    /** Before each step: asks for pictures, if there are enough to ask for. */
    ask() {
      attempt(() => {
        const order = port && trainer().order();
        if (order?.length) port?.postMessage(order, [order.buffer]);
      });
    },
  };
}

/** The other end. @param {MessagePort} port @param {any} engine */
export function serveAhead(port, engine) {
  port.onmessage = ({ data }) => {
    const order = engine.fulfil(data);
    port.postMessage(order, [order.buffer]);
  };
}
