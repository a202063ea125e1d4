/**
 * Stands in for `style-mod`, with which the expression editor of the decision tables brings its styles.
 * The original writes a `<style>` element, which the content policy refuses; adopted style sheets are allowed.
 */
import { StyleModule as Original } from '../../node_modules/style-mod/src/style-mod.js'

type Root = Document | ShadowRoot
type Rules = { getRules(): string }

const sheets = new WeakMap<Root, { sheet: CSSStyleSheet; modules: Rules[] }>()

export class StyleModule extends (Original as new (...given: unknown[]) => Rules) {
  static newName(): string {
    return (Original as unknown as { newName(): string }).newName()
  }

  static mount(root: Root, modules: Rules | Rules[]): void {
    const given = Array.isArray(modules) ? modules : [modules]
    const known = sheets.get(root) ?? adopt(root)
    if (given.every((one) => known.modules.includes(one))) return
    known.modules = [...given, ...known.modules.filter((one) => !given.includes(one))]
    known.sheet.replaceSync(known.modules.map((one) => one.getRules()).join('\n'))
  }
}

function adopt(root: Root): { sheet: CSSStyleSheet; modules: Rules[] } {
  const made = { sheet: new CSSStyleSheet(), modules: [] }
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, made.sheet]
  sheets.set(root, made)
  return made
}
