import { afterAll, vi } from 'vitest';

/** Files share a process: what one changes of the environment, the globals and the clock is as before for the next. */
const environment = { ...process.env };
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
