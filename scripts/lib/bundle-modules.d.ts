// Types of the imports that bundle-plugins.mjs resolves.

declare module 'worker:*' {
  const source: string;
  export default source;
}

declare module 'virtual:architectures' {
  const definitions: Record<string, any>;
  export default definitions;
}

declare module 'virtual:weights' {
  const names: string[];
  export default names;
}
