/** What the sources of apps begin with; no key may write under such a name. */
export const APP_SOURCE_PREFIX = 'app:';
