/** A finding of the doctor. */
export interface Check {
  name: string;
  /** `problem`: training cannot work; `warning`: it is slower, or may fail; `absent`: not installed, and not needed. */
  status: 'ok' | 'absent' | 'warning' | 'problem';
  message: string;
  /** What to do about it. */
  remedy?: string;
}

export const ok = (name: string, message: string): Check => ({ name, status: 'ok', message });

export const absent = (name: string, message: string): Check => ({ name, status: 'absent', message });

export const warning = (name: string, message: string, remedy?: string): Check => ({
  name,
  status: 'warning',
  message,
  ...(remedy !== undefined && { remedy }),
});

export const problem = (name: string, message: string, remedy?: string): Check => ({
  ...warning(name, message, remedy),
  status: 'problem',
});

/** Makes checks; a failure to do so becomes a warning. */
export async function guarded(name: string, make: () => Check[] | Promise<Check[]>): Promise<Check[]> {
  try {
    return await make();
  } catch (error) {
    const { name: kind, message } = error as Error;
    if (kind === 'AbortError') throw error;
    return [warning(name, `could not be checked: ${message}`)];
  }
}
