/** The vocabularies of our models beside BPMN itself, and the lettering of all drawings. */
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json'
import chengshu from './chengshu-moddle.json'

export const vocabularies = { zeebe, chengshu }

/** The page's own font: the packages measure text with it, so it must be named, not inherited. */
export function lettering(): object {
  const fontFamily = getComputedStyle(document.documentElement).getPropertyValue('--font').trim()
  return { defaultStyle: { fontFamily, fontSize: 13 }, externalStyle: { fontSize: 12 } }
}
