export { createPages } from './pages-router.ts';
