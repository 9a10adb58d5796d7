/**
 * Loaded before anything in TypeScript is: an older Node would stop at the first `.ts` file with a message that helps
 * nobody. The accepted versions are those of `engines` in the server's package.json.
 */
const [major, minor] = process.versions.node.split('.').map(Number);
const fromNpm = 24;
const isSupported = (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26;
// npm brings Node 24 where a package of it exists, and skips it without a word where none does.
const isExpected = process.env.CI === 'true' ? major === fromNpm : isSupported;

if (!isExpected) {
  console.error(
    [
      `The checks of Marfa run on Node ${fromNpm}; this is Node ${process.versions.node}.`,
      'On Linux the install step brings it: run `npx -y pnpm@12.21.0 install --frozen-lockfile` and start again with `npm test`.',
      `Elsewhere install Node ${fromNpm} (22.19 or later and 26 also work) and start again with \`npm test\`.`,
    ].join('\n'),
  );
  console.log('0 passed, 1 failed');
  process.exit(1);
}
