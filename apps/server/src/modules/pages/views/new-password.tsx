import { Field } from './field.tsx';

/** A field for a password that is being chosen. */
export function NewPassword(props: { label: string; name: string; fault: string | undefined }) {
  return (
    <Field
      {...props}
      required
      hint="At least 10 characters. A few unrelated words are easy to keep and hard to guess."
      input={{ type: 'password', autocomplete: 'new-password', minLength: 10, maxLength: 128 }}
    />
  );
}
