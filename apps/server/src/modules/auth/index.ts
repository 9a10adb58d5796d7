export { type Accounts, createAccounts, type SignedIn } from './accounts.ts';
