const MINIMUM = { major: 22, minor: 19 };

/** Ends the process with one clear line on a Node that the database driver would crash. */
export function assertNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor)) return;
  process.stderr.write(
    `\nMarfa needs Node ${MINIMUM.major}.${MINIMUM.minor} or later; this is Node ${version}. Start it with npm start at the repository's root, which brings its own, or upgrade Node.\n\n`,
  );
  process.exit(1);
}
