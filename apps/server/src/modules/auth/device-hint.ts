import bowser from 'bowser';

/** What a person would call the browser, such as `Chromium on Linux`. @param userAgent as it was sent; anything at all. */
export function deviceHint(userAgent: string | null): string {
  if (!userAgent) return 'Unknown device';
  const { browser, os } = bowser.parse(userAgent.slice(0, 500));
  return [browser.name, os.name].filter(Boolean).join(' on ') || 'Unknown device';
}
