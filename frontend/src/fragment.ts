/** The nodes of a part of a page that our own server sent. Scripts in it are never run. */
export function fragment(text: string): Node[] {
  return [...new DOMParser().parseFromString(text, 'text/html').body.childNodes]
}
