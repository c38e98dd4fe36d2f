/** Creates an element with attributes and children; text is never parsed as HTML. */
export function element<Tag extends string>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): ElementOf<Tag> {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node as ElementOf<Tag>;
}

type ElementOf<Tag> = Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag] : HTMLElement;

/** Creates an SVG element with attributes and children. */
export function svgElement(tag: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Sets the text of a node if it differs, so that nothing is laid out or announced again needlessly. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Adds a style sheet to the page as the content security policy allows it. */
export function addStyleSheet(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
