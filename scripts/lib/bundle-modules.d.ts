// Types of the imports that bundle-plugins.mjs resolves.

declare module 'worker:*' {
  const source: string;
  export default source;
}

declare module 'virtual:architectures' {
  const names: string[];
  export default names;
}

declare module 'virtual:weights' {
  const names: string[];
  export default names;
}
