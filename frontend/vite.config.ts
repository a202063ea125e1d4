/// <reference types="node" />
import { copyFileSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { noInlineStyle } from './vite/no-inline-style'

const here = import.meta.dirname
const dist = resolve(here, '../src/chengshu/foundation/web/static/dist')

/** Fonts the server typesets PDF files with. No page refers to them, so no browser fetches them. */
const documentFonts = [
  'noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  'noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf',
  'noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf',
  'noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf',
]

function copyDocumentFonts(): Plugin {
  return {
    name: 'copy-document-fonts',
    apply: 'build',
    closeBundle() {
      mkdirSync(resolve(dist, 'fonts'), { recursive: true })
      for (const font of documentFonts) {
        const source = resolve(here, 'node_modules/@expo-google-fonts', font)
        copyFileSync(source, resolve(dist, 'fonts', font.split('/').pop()!))
      }
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [copyDocumentFonts(), noInlineStyle()],
  resolve: { alias: [{ find: /^style-mod$/, replacement: resolve(here, 'src/desk/adopted-styles.ts') }] },
  build: {
    outDir: dist,
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: ['chrome109', 'edge109', 'firefox115', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { main: resolve(here, 'src/main.ts'), style: resolve(here, 'src/main.css') } },
  },
})
