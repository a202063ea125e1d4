/** What the server tells a page of the desk: one data block, named by `data-source` of the element. */
import { useWords } from './words'

export type Choice = { key: string; title: string; group?: string }
export type Kind = 'process' | 'decision'

export type Addresses = {
  save: string
  lint: string
  feel: string
  trial: string
  evaluate: string
  review: string
  leave: string
}

export type Facts = {
  kind: Kind
  key: string
  title: string
  xml: string
  digest: string
  editable: boolean
  language: string
  addresses: Addresses
  units: Choice[]
  roles: Choice[]
  forms: Choice[]
  decisions: Choice[]
  processes: Choice[]
  services: Choice[]
  statuses: Choice[]
  grounds: Choice[]
  rules: Choice[]
  words: Record<string, string>
}

/** Read the data block of an island and take its words into use. */
export function readFacts<T extends { words: Record<string, string> } = Facts>(element: HTMLElement): T {
  const block = document.getElementById(element.dataset.source ?? '')
  if (!block) throw new Error(`There is no data block "${element.dataset.source}"`)
  const facts = JSON.parse(block.textContent ?? '') as T
  useWords(facts.words)
  return facts
}
