export type RepositorySetting = { ok: true; repo: string | null } | { ok: false; reason: string };

/** Reads the setting `repo`. @returns null for every repository; a refusal for what can be none's name. */
export function repositorySetting(value: string | undefined): RepositorySetting {
  const repo = value?.trim() ?? '';
  if (repo === '') return { ok: true, repo: null };
  if (/^[\w.-]+\/[\w.-]+$/.test(repo)) return { ok: true, repo };
  return { ok: false, reason: `"${repo.slice(0, 200)}" is no repository. Give it as owner/name in the settings.` };
}
