import typescript from '@typescript-eslint/parser';
import svelte from 'eslint-plugin-svelte';

// Templates of Svelte components only: oxlint checks all scripts, and has no rules for templates.
export default [
  { ignores: ['**/node_modules/**', '**/build/**', '**/.svelte-kit/**'] },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: typescript } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      // A space at the edge of a block is kept only when it is written as {' '}.
      'svelte/no-useless-mustaches': 'off',
      // The app is served at the root of its origin.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  // Classes of state choose what of them is reactive.
  { files: ['**/*.svelte.ts'], rules: { 'svelte/prefer-svelte-reactivity': 'off' } },
];
