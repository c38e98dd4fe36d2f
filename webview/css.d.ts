/** esbuild's text loader: the style sheet as a string. */
declare module '*.css' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is how the loader exports the text
  export default text;
}
