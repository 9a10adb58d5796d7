import { runTool } from '../src/run-tool.ts';

/** A packed package: its files without the `package/` prefix, and its manifest. */
export interface Tarball {
  files: string[];
  manifest: Record<string, unknown>;
  /** @returns the text of one file. */
  read(file: string): Promise<string>;
}

export async function readTarball(tarball: string): Promise<Tarball> {
  const tar = async (...args: string[]) => {
    const { code, stdout, stderr } = await runTool('tar', args, { cwd: '/' });
    if (code !== 0) throw new Error(`tar ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const listed = await tar('-tzf', tarball);
  const files = listed
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith('/'))
    .map((line) => line.replace(/^package\//, ''));
  const read = (file: string) => tar('-xzOf', tarball, `package/${file}`);
  return { files, manifest: JSON.parse(await read('package.json')), read };
}
