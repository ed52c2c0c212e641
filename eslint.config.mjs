import tseslint from 'typescript-eslint';

const markup = 'Peers send markup: build elements and set text.';

/** What the editor shows as links, icons and markup, and the one place that may hand it a text. */
const exits = [
  ['show(Information|Warning|Error)Message', 'notify.ts'],
  ['withProgress', 'notify.ts'],
  ['setStatusBarMessage', 'notify.ts'],
  ['(showInputBox|createInputBox)', 'prompts.ts'],
  ['(showQuickPick|createQuickPick)', 'prompts.ts'],
  ['createStatusBarItem', 'statusItem.ts'],
];
const shownByUs = file =>
  `Strangers' texts may be links, icons and markup here: use host/ui/${file}.`;

/** A literal that is spread at once says in two brackets what one says. */
const spreadLiterals = [
  'ObjectExpression > SpreadElement > ObjectExpression',
  'ObjectExpression > SpreadElement > TSAsExpression > ObjectExpression',
  'SpreadElement > ArrayExpression',
  'SpreadElement > TSAsExpression > ArrayExpression',
].map(selector => ({ selector, message: 'Write the members where the literal is spread.' }));

const sleeps =
  'Wait for a condition, move a manual clock, or name the reason with letTimePass of test/support.';
/** Sleeps of tests. `setImmediate` of timers/promises is a turn of the loop. */
const sleepsInTests = [
  'ImportDeclaration[source.value=/^(node:)?timers.promises$/] > :not(Literal, ImportSpecifier[imported.name=setImmediate])',
  'ImportExpression[source.value=/^(node:)?timers.promises$/]',
  'NewExpression[callee.name=Promise] CallExpression[callee.name=setTimeout][arguments.0.type=Identifier]',
  'NewExpression[callee.name=Promise] CallExpression[callee.property.name=setTimeout][arguments.0.type=Identifier]',
  'MemberExpression[property.name=waitForTimeout]',
].map(selector => ({ selector, message: sleeps }));

const readsClock = 'Take the clock as a port; a date is made from a number.';
/** What reads the clock. Dates may be made from numbers and written: that is arithmetic. */
const clockReads = [
  'NewExpression[callee.name=Date][arguments.length=0]',
  'CallExpression[callee.name=Date]',
].map(selector => ({ selector, message: readsClock }));

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'media/', '.vscode-test/', '**/*.d.ts'] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: [
          'tsconfig.json',
          'src/core/tsconfig.json',
          'src/webview/tsconfig.json',
          'test/tsconfig.json',
        ],
      },
    },
    rules: {
      'curly': 'error',
      'eqeqeq': 'error',
      'no-restricted-syntax': ['error', ...spreadLiterals],
      'no-console': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: true }],
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: markup },
        { property: 'outerHTML', message: markup },
        { property: 'insertAdjacentHTML', message: markup },
      ],
    },
  },
  {
    files: ['src/core/**', 'src/shared/**'],
    rules: {
      'no-restricted-globals': ['error', 'performance', 'setTimeout', 'setInterval'],
      'no-restricted-syntax': ['error', ...spreadLiterals, ...clockReads],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Take `random` as a port.' },
        { object: 'Date', property: 'now', message: readsClock },
      ],
    },
  },
  {
    files: ['src/host/**', 'src/*.ts'],
    ignores: ['src/host/ui/{card,notify,plainLog,prompts,statusItem,trees}.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...spreadLiterals,
        // Also where it is taken out of its object: `const { showErrorMessage } = window`.
        ...exits.flatMap(([name, file]) => [
          {
            selector: `MemberExpression > Identifier.property[name=/^${name}$/]`,
            message: shownByUs(file),
          },
          {
            selector: `MemberExpression[computed=true] > Literal[value=/^${name}$/]`,
            message: shownByUs(file),
          },
          {
            selector: `ObjectPattern > Property > Identifier.key[name=/^${name}$/]`,
            message: shownByUs(file),
          },
        ]),
        {
          selector: 'NewExpression[callee.name=MarkdownString]',
          message: shownByUs('card.ts'),
        },
        {
          selector: 'NewExpression[callee.property.name=MarkdownString]',
          message: shownByUs('card.ts'),
        },
        { selector: 'NewExpression[callee.name=TreeItem]', message: shownByUs('trees.ts') },
        {
          selector: 'NewExpression[callee.property.name=TreeItem]',
          message: shownByUs('trees.ts'),
        },
        {
          selector:
            'AssignmentExpression > MemberExpression.left[property.name=/^(description|tooltip)$/]',
          message: shownByUs('trees.ts'),
        },
        {
          // The editor shows a rejection that nobody handles nowhere.
          selector: 'UnaryExpression[operator=void]',
          message: 'Await it, or hand it to unwaited() or logged() of host/ui/unwaited.ts.',
        },
        {
          selector: 'TemplateElement[value.raw=/\\$\\([a-z]/], Literal[value=/\\$\\([a-z]/]',
          message: 'An icon is named apart from the text: `iconPath`, or `icon` of a StatusItem.',
        },
      ],
    },
  },
  {
    files: ['test/**'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    // The scripts in JavaScript run before anything is installed, so they import no TypeScript.
    files: ['test/**/*.ts'],
    ignores: ['test/support/letTimePass.ts'],
    rules: { 'no-restricted-syntax': ['error', ...spreadLiterals, ...sleepsInTests] },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-console': 'off' },
  },
);
