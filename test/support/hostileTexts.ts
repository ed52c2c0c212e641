/** The command that each link of the catalogue would run; a test can tell whether it ran. */
export const hostileCommand = 'workbench.action.showCommands';

/**
 * What strangers write to make the editor draw something else than their text: each by what it tries.
 * None holds `word`, so that a test may add one to find the text on the screen again.
 */
export const hostileTexts: Readonly<Record<string, string>> = {
  'a command': `[Sign in again](command:${hostileCommand})`,
  'a command with arguments': `[Fix](command:${hostileCommand}?%5B%22x%22%5D)`,
  'a command in capitals': `[Fix](COMMAND:${hostileCommand})`,
  'a command with a title': `[Fix](command:${hostileCommand} "harmless")`,
  'a web page': '[Docs](https://evil.example/a?b=c#d)',
  'a web page without TLS': '[Docs](http://evil.example)',
  'a bare address': 'see https://evil.example/login and www.evil.example',
  'an address of mail': 'mailto:a@evil.example and b@evil.example',
  'an address in angle brackets': '<https://evil.example>',
  'a file': '[passwd](file:///etc/passwd)',
  'a bare file': 'file:///etc/passwd',
  "one of the editor's own links": '[x](vscode://evil.example/connect?url=ws://a)',
  'data': '[x](data:text/html,<script>alert(1)</script>)',
  'a script': '[x](javascript:alert(1))',
  'an image': '![x](https://evil.example/pixel.png)',
  'a reference': `[x][1]\n\n[1]: command:${hostileCommand}`,
  'a link in a link': `[a [b](command:${hostileCommand}) c](command:${hostileCommand})`,
  'the end of a link': `](command:${hostileCommand})`,
  'the rest of a link': `(command:${hostileCommand})`,
  'the beginning of a link': '[Click',
  'a label with a bracket': `[a\\](command:${hostileCommand})`,
  'a link over lines': `[a]\n(command:${hostileCommand})`,
  'a link around what draws nothing': `[a]\u200b(command:${hostileCommand})`,
  'elements': '<a href="https://evil.example">x</a><img src=x onerror=alert(1)><b>bold</b>',
  'entities': '&lt;b&gt; &#91;x&#93; &nbsp;',
  'emphasis': '**bold** _italic_ ~~gone~~ `code`',
  'a heading': '# Heading',
  'a list': '- one\n- two\n1. three',
  'a table': '| a | b |\n|---|---|\n| c | d |',
  'a fence': '```\n[x](command:x)\n```\n````md',
  'a block of code': '    code',
  'an icon': '$(zap) $(sync~spin) $(error)',
  'an icon after a backslash': '\\$(zap)',
  'keys of buttons': '&&Allow && Deny',
  'colours of a terminal': '\u001b[31mred\u001b[0m \u009b32mgreen',
  'a link of a terminal': '\u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007',
  'the end of a paste': '\u001b[201~\u0015touch evil\n',
  'a reordering': 'invoice\u202egpj.exe \u2066a\u2069 \u200f',
  'what draws nothing': 'a\u200bb\ufeffc\u00add\u2060e\u{e0041}f',
  'lines': 'one\ntwo\r\nthree\u2028four\u2029five\u0085six',
  'tabs and returns': 'a\tb\rc\u000bd\u000ce',
  'nothing at all': '\0\u0001\u007f',
  'half a character': '\ud83d and \udc00',
  'references': '${env:HOME} ${secret:token} ${workspaceFolder} {0} {1}',
  'commands of a shell': '$(touch evil) `touch evil`; touch evil',
  'a formula': '=HYPERLINK("https://evil.example")',
  'a way up': '../../etc/passwd',
};

/** A text of many lines' length with a link in its middle and one at its end. */
export const longHostileText = `${'x'.repeat(5000)}${hostileTexts['a command'] ?? ''}${'y'.repeat(5000)}${hostileTexts['a command'] ?? ''}`;
