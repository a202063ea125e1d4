import type { Plugin } from 'vite'

const diagramPackages = /node_modules\/(bpmn-js|diagram-js|dmn-js[a-z-]*|table-js)\//
const styleAttribute = /\bstyle="([^"]*)"/g
const presentation = new Set(['fill', 'opacity', 'stroke', 'stroke-linecap', 'stroke-linejoin', 'stroke-width'])

/**
 * The diagram packages write a few icons as markup with `style="…"`, which the content policy refuses.
 * What is a presentation attribute in SVG becomes one; the rest is dropped and stands in `styles/desk.css`.
 */
export function noInlineStyle(): Plugin {
  return {
    name: 'no-inline-style',
    transform(code, id) {
      if (!diagramPackages.test(id) || !code.includes('style="')) return null
      return { code: code.replace(styleAttribute, (_whole, rules: string) => asAttributes(rules)), map: null }
    },
  }
}

function asAttributes(rules: string): string {
  return rules
    .split(';')
    .map((rule) => rule.split(':').map((part) => part.trim()))
    .filter(([name, value]) => value && presentation.has(name ?? ''))
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ')
}
