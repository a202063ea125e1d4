/** The desk's words in the language of the page: the server gives the table, keyed by the English text. */
type Table = Record<string, string>

let table: Table = {}

export function useWords(words: Table): void {
  table = words
}

/** The text in the reader's language; `{name}` is replaced by the value of that name. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  return (table[text] ?? text).replace(/{([^}]+)}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The module that makes the diagram packages speak the same words. */
export const translation = { translate: ['value', t] }
