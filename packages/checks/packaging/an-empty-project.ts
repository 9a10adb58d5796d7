import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTool, type ToolResult } from '../src/run-tool.ts';

/** A project outside the workspace, in a folder of its own. */
export interface EmptyProject {
  folder: string;
  write(file: string, text: string): Promise<void>;
  /** Installs with npm, as an author would. @throws with npm's own words when that fails. */
  install(...packages: string[]): Promise<void>;
  run(command: string, ...args: string[]): Promise<ToolResult>;
  remove(): Promise<void>;
}

export async function anEmptyProject(): Promise<EmptyProject> {
  const folder = await mkdtemp(join(tmpdir(), 'marfa-outside-'));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };
  await write('package.json', '{ "name": "outside", "private": true, "type": "module" }\n');
  const run = (command: string, ...args: string[]) =>
    runTool(command, args, { cwd: folder, env: outsideEnvironment() });
  return {
    folder,
    write,
    run,
    async install(...packages) {
      const { code, stdout, stderr } = await run('npm', 'install', ...packages, ...QUIETLY);
      if (code !== 0) throw new Error(`npm install failed in ${folder}:\n${stdout}${stderr}`);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const QUIETLY = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** The calling npm leaves its own settings in the environment; a project outside must not inherit this workspace's. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|VITEST|NODE_ENV$|INIT_CWD$)/i.test(name),
  );
  return Object.fromEntries(kept);
}
