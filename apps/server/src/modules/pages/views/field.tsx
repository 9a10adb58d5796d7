import type { ComponentChildren, InputHTMLAttributes } from 'preact';

export interface FieldProps {
  label: string;
  name: string;
  hint?: ComponentChildren;
  fault?: string | undefined;
  required?: boolean;
  input?: InputHTMLAttributes<HTMLInputElement>;
  /** Instead of a text input. */
  children?: ComponentChildren;
}

/** One labelled control with its hint and, when the form came back, what was wrong with it. */
export function Field({ label, name, hint, fault, required, input, children }: FieldProps) {
  const describedBy = [hint ? `${name}-hint` : '', fault ? `${name}-fault` : ''].filter(Boolean).join(' ') || undefined;
  return (
    <div class={fault ? 'field faulty' : 'field'}>
      <label for={name}>
        {label}
        {required ? null : <span class="optional"> (optional)</span>}
      </label>
      {hint ? (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      {children ?? (
        <input
          id={name}
          name={name}
          required={required}
          aria-invalid={fault ? 'true' : undefined}
          aria-describedby={describedBy}
          {...input}
        />
      )}
      {fault ? (
        <p class="fault" id={`${name}-fault`}>
          {fault}
        </p>
      ) : null}
    </div>
  );
}
